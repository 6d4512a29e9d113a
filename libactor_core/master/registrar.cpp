#include "master/registrar.hpp"

#include "runtime/logging.hpp"

#include <caf/all.hpp>

namespace troupe::master {

namespace {

constexpr const char* fetch_metric = "registrar/state_fetch";
constexpr const char* store_metric = "registrar/state_store";

} // namespace

void registrar_state::set_up(pointer actor, registrar_config settings,
                             registrar_neighbours around) {
  self_ = actor;
  config_ = std::move(settings);
  around_ = std::move(around);
  metric_batch metrics;
  metrics.declare_timer(store_metric, std::chrono::hours{24});
  metrics.set("registrar/queued_operations", 0);
  metrics.set("registrar/registry_size_bytes", 0);
  // The names of a replicated log: here it is one copy, which stores whole registries, no differences.
  metrics.set("registrar/log/ensemble_size", 1);
  metrics.set("registrar/log/recovered", 0);
  metrics.set("log_storage/diff_ms", 0);
  if (around_.metrics)
    self_->send(around_.metrics, metrics.take());
}

caf::result<shared<registry>> registrar_state::load(const load_registry& request) {
  if (failed_)
    return *failed_;
  if (book_ || loader_)
    return make_error(store_ec::failed, "the registry is already loaded");
  auto answer = self_->make_response_promise<shared<registry>>();
  loader_ = answer;
  asked_ = around_.time->steady();
  self_->request(around_.store, config_.fetch_timeout, fetch_variable{config_.variable})
      .then(
          [this, leader = request.leader](const stored_variable& found) { loaded(found, leader); },
          [this](const caf::error& why) { fail("reading the registry failed", why); });
  return answer;
}

void registrar_state::loaded(const stored_variable& found, const std::string& leader) {
  if (around_.metrics) {
    metric_batch metrics;
    metrics.sample(fetch_metric, around_.time->steady() - asked_);
    metrics.set("registrar/log/recovered", 1);
    self_->send(around_.metrics, metrics.take());
  }
  version_ = found.version;
  auto book = registry_book::decode(found.bytes);
  if (!book) {
    fail("reading the registry failed", make_error(store_ec::corrupted, book.error()));
    return;
  }
  book_ = std::move(*book);
  book_->set_bounds(config_.keep);
  book_->set_leader(leader);
  write(book_->encode());
}

caf::result<registry_stored> registrar_state::change(const registry_change& request) {
  if (failed_)
    return *failed_;
  if (!book_)
    return make_error(store_ec::failed, "the registry is not loaded yet");
  auto answer = self_->make_response_promise<registry_stored>();
  queue_.push_back({request.operations, answer});
  if (!storing_)
    store_next();
  return answer;
}

double registrar_state::count_operations(const std::vector<waiting_change>& in) {
  std::size_t result = 0;
  for (const auto& waiting : in)
    result += waiting.operations.size();
  return static_cast<double>(result);
}

void registrar_state::store_next() {
  in_store_ = std::exchange(queue_, {});
  bool changed = false;
  for (const auto& waiting : in_store_)
    for (const auto& operation : waiting.operations)
      changed = book_->apply(operation) || changed;
  if (changed) {
    write(book_->encode());
    return;
  }
  for (auto& waiting : std::exchange(in_store_, {}))
    waiting.answer.deliver(registry_stored{});
}

void registrar_state::write(std::string bytes) {
  storing_ = true;
  asked_ = around_.time->steady();
  if (around_.metrics) {
    metric_batch metrics;
    metrics.set("registrar/registry_size_bytes", static_cast<double>(bytes.size()));
    metrics.set("registrar/queued_operations", count_operations(in_store_));
    self_->send(around_.metrics, metrics.take());
  }
  self_
      ->request(around_.store, config_.store_timeout,
                store_variable{config_.variable, version_, std::move(bytes)})
      .then([this](const variable_version& version) { written(version); },
            [this](const caf::error& why) { fail("storing the registry failed", why); });
}

void registrar_state::written(const variable_version& version) {
  storing_ = false;
  version_ = version.version;
  if (around_.metrics) {
    metric_batch metrics;
    metrics.sample(store_metric, around_.time->steady() - asked_);
    metrics.set("registrar/queued_operations", count_operations(queue_));
    self_->send(around_.metrics, metrics.take());
  }
  if (loader_) {
    loader_->deliver(std::make_shared<const registry>(book_->content()));
    loader_.reset();
  }
  for (auto& waiting : std::exchange(in_store_, {}))
    waiting.answer.deliver(registry_stored{});
  if (!queue_.empty())
    store_next();
}

void registrar_state::fail(const std::string& what, const caf::error& why) {
  auto code = store_code(why);
  auto reason = what + ": " + store_reason(why);
  log_error("the registry can't be used any more", {{"reason", reason}});
  failed_ = make_error(code == store_ec::none ? store_ec::failed : code, reason);
  if (loader_)
    loader_->deliver(*failed_);
  loader_.reset();
  for (auto& waiting : std::exchange(in_store_, {}))
    waiting.answer.deliver(*failed_);
  for (auto& waiting : std::exchange(queue_, {}))
    waiting.answer.deliver(*failed_);
}

registrar_actor::behavior_type registrar(registrar_actor::stateful_pointer<registrar_state> self,
                                         registrar_config config, registrar_neighbours around) {
  self->state.set_up(self, std::move(config), std::move(around));
  return {
      [self](const load_registry& request) { return self->state.load(request); },
      [self](const registry_change& request) { return self->state.change(request); },
  };
}

} // namespace troupe::master
