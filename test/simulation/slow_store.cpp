#include "slow_store.hpp"

namespace troupe::simulation {

namespace {

/// Asks `medium` after a while and passes its answer on after another.
template <class Answer, class Question>
caf::result<Answer> pass_on(slow_store_actor::pointer self, const store_actor& medium,
                            duration latency, const Question& question) {
  auto promise = self->make_response_promise<Answer>();
  auto ask = [=]() mutable {
    self->request(medium, caf::infinite, question)
        .then(
            [=](const Answer& answer) mutable {
              self->delayed_send(self, latency,
                                 slow_work{[=]() mutable { promise.deliver(answer); }});
            },
            [=](const caf::error& why) mutable { promise.deliver(why); });
  };
  self->delayed_send(self, latency, slow_work{std::move(ask)});
  return promise;
}

} // namespace

slow_store_actor::behavior_type slow_store(slow_store_actor::pointer self,
                                           const store_actor& medium, duration latency) {
  return {
      [=](const fetch_variable& x) { return pass_on<stored_variable>(self, medium, latency, x); },
      [=](const store_variable& x) { return pass_on<variable_version>(self, medium, latency, x); },
      [](const slow_work& x) { x.action(); },
  };
}

} // namespace troupe::simulation
