#include "stage.hpp"

#include "master/master_actor.hpp"
#include "master/registrar.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <mesos/v1/master.pb.h>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::scheduler::Call;
using mesos::v1::scheduler::Event;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

master_config config() {
  master_config result;
  result.core.id = master_id{"m"};
  auto info = std::make_shared<mesos::v1::MasterInfo>();
  info->set_id("m");
  info->set_ip(0);
  info->set_port(5050);
  result.core.info = info;
  return result;
}

struct master_stage : stage {
  master_stage() {
    store = system.actors().spawn(store_stub, script);
    registrar = system.actors().spawn(master::registrar, registrar_config{},
                                      registrar_neighbours{store, &system.time(), {}});
    allocator = system.actors().spawn(allocator_stub, told);
    leader = system.actors().spawn(master::master, config(),
                                   master_neighbours{&system.time(), allocator, registrar, {}});
  }

  ~master_stage() {
    end(leader);
    end(registrar);
    end(store);
    end(allocator);
  }

  framework_endpoint_actor endpoint(const tape<scheduler_event_ptr>& heard) {
    return system.actors().spawn(endpoint_stub, heard);
  }

  api_answer subscribe(const framework_endpoint_actor& endpoint, const std::string& stream_id) {
    auto call = std::make_shared<Call>();
    call->set_type(Call::SUBSCRIBE);
    auto* info = call->mutable_subscribe()->mutable_framework_info();
    info->set_user("root");
    info->set_name("test");
    info->set_failover_timeout(60);
    return *ask<api_answer>(leader, subscribe_framework{call, endpoint, stream_id, ""});
  }

  api_answer call(Call::Type type, const std::string& framework, const std::string& stream_id) {
    auto call = std::make_shared<Call>();
    call->set_type(type);
    call->mutable_framework_id()->set_value(framework);
    return *ask<api_answer>(leader, scheduler_request{call, stream_id, ""});
  }

  void register_agent(link_id id, const agent_link_actor& link) {
    auto record = std::make_shared<link::ToMaster>();
    auto* registration = record->mutable_register_();
    registration->mutable_agent()->set_hostname("host");
    auto* cpus = registration->mutable_agent()->add_resources();
    cpus->set_name("cpus");
    cpus->set_type(mesos::v1::Value::SCALAR);
    cpus->mutable_scalar()->set_value(4);
    registration->set_version("1.7.0");
    registration->set_pid("slave(1)@10.0.0.1:5051");
    caf::anon_send(leader, link_opened{id, link, "10.0.0.1:40000", ""});
    caf::anon_send(leader, link_received{id, record});
    system.run();
  }

  bool told_to(const std::string& what) const {
    return std::find(told->begin(), told->end(), what) != told->end();
  }

  std::shared_ptr<store_script> script = std::make_shared<store_script>();
  tape<std::string> told = new_tape<std::string>();
  store_actor store;
  registrar_actor registrar;
  allocator_actor allocator;
  master_actor leader;
};

std::vector<Event::Type> types(const tape<scheduler_event_ptr>& heard) {
  std::vector<Event::Type> result;
  for (const auto& event : *heard)
    result.push_back(event->type());
  return result;
}

} // namespace

TEST_CASE("a framework subscribes and its stream hears it") {
  master_stage s;
  s.system.run();
  auto heard = new_tape<scheduler_event_ptr>();
  auto endpoint = s.endpoint(heard);
  CHECK(s.subscribe(endpoint, "s1").status == 200);
  CHECK(types(heard) == std::vector<Event::Type>{Event::SUBSCRIBED});
  CHECK(s.told_to("start"));
  CHECK(s.told_to("add_framework m-0000"));
  CHECK(s.call(Call::REVIVE, "m-0000", "s1").status == 202);
  CHECK(s.told_to("revive_offers"));
  CHECK(s.call(Call::REVIVE, "m-0000", "other").status == 400);
}

TEST_CASE("until the registry is loaded calls are answered 503 and agents wait") {
  master_stage s;
  s.script->answer = false;
  auto heard = new_tape<scheduler_event_ptr>();
  CHECK(s.subscribe(s.endpoint(heard), "s1").status == 503);
  CHECK(s.call(Call::REVIVE, "x", "s1").status == 503);
  CHECK(heard->empty());
}

TEST_CASE("the end of an endpoint is its framework's disconnection") {
  master_stage s;
  s.system.run();
  auto heard = new_tape<scheduler_event_ptr>();
  auto endpoint = s.endpoint(heard);
  s.subscribe(endpoint, "s1");
  s.end(endpoint);
  CHECK(s.told_to("deactivate_framework"));
  CHECK(s.call(Call::REVIVE, "m-0000", "s1").status == 403);
  s.system.advance(seconds{62});
  CHECK(s.told_to("remove_framework"));
  CHECK(s.call(Call::REVIVE, "m-0000", "s1").status == 400);
}

TEST_CASE("TEARDOWN by an operator closes the stream") {
  master_stage s;
  s.system.run();
  auto heard = new_tape<scheduler_event_ptr>();
  auto endpoint = s.endpoint(heard);
  s.subscribe(endpoint, "s1");
  s.self->monitor(endpoint);
  CHECK(s.ask<api_answer>(s.leader, teardown_framework{framework_id{"m-0000"}})->status == 200);
  caf::error reason = caf::sec::none;
  s.self->receive([&](const caf::down_msg& down) { reason = down.reason; });
  CHECK(reason == caf::exit_reason::normal);
  CHECK(s.ask<api_answer>(s.leader, teardown_framework{framework_id{"m-0000"}})->status == 400);
}

TEST_CASE("an agent registers through the registry, is pinged, and its link may be closed") {
  master_stage s;
  s.system.run();
  auto sent = new_tape<to_agent_ptr>();
  auto link = s.system.actors().spawn(link_stub, sent);
  s.register_agent(1, link);
  REQUIRE(sent->size() == 2);
  CHECK((*sent)[0]->registered().agent_id().value() == "m-S0");
  CHECK((*sent)[1]->ping().connected());
  CHECK(registry_book::decode(s.script->bytes)->content().admitted.contains(agent_id{"m-S0"}));
  CHECK(s.told_to("add_agent m-S0"));
  s.system.advance(seconds{80});
  CHECK(s.told_to("remove_agent"));
  CHECK(registry_book::decode(s.script->bytes)->content().unreachable.contains(agent_id{"m-S0"}));
}

TEST_CASE("an operator is answered when the allocator has converted, at once when it is invalid") {
  master_stage s;
  s.system.run();
  auto sent = new_tape<to_agent_ptr>();
  s.register_agent(1, s.system.actors().spawn(link_stub, sent));
  auto operation = std::make_shared<mesos::v1::Offer::Operation>();
  operation->set_type(mesos::v1::Offer::Operation::RESERVE);
  auto* item = operation->mutable_reserve()->add_resources();
  item->set_name("cpus");
  item->set_type(mesos::v1::Value::SCALAR);
  item->mutable_scalar()->set_value(1);
  CHECK(s.ask<api_answer>(s.leader, convert_resources{agent_id{"m-S0"}, operation, ""})->status ==
        400);
  CHECK_FALSE(s.told_to("convert_available"));
  item->set_role("ops");
  item->mutable_reservation();
  CHECK(s.ask<api_answer>(s.leader, convert_resources{agent_id{"m-S0"}, operation, ""})->status ==
        202);
  CHECK(s.told_to("convert_available"));
  CHECK(sent->back()->checkpoint_resources().resources_size() == 1);
}

TEST_CASE("a link that ends deactivates its agent") {
  master_stage s;
  s.system.run();
  auto sent = new_tape<to_agent_ptr>();
  auto link = s.system.actors().spawn(link_stub, sent);
  s.register_agent(1, link);
  caf::anon_send(s.leader, link_closed{1, "broken"});
  s.system.run();
  CHECK(s.told_to("deactivate_agent"));
  s.end(link);
}

TEST_CASE("a replica gets a snapshot, then every delta without a gap") {
  master_stage s;
  s.system.run();
  auto early = std::make_shared<replica_tape>();
  auto replica = s.system.actors().spawn(replica_stub, early);
  caf::anon_send(s.leader, attach_replica{replica});
  auto heard = new_tape<scheduler_event_ptr>();
  auto endpoint = s.endpoint(heard);
  s.subscribe(endpoint, "s1");
  REQUIRE(early->snapshots.size() == 1);
  REQUIRE(early->deltas.size() == 1);
  CHECK(early->deltas[0].number == early->snapshots[0].number + 1);

  auto late = std::make_shared<replica_tape>();
  auto second = s.system.actors().spawn(replica_stub, late);
  caf::anon_send(s.leader, attach_replica{second});
  s.end(endpoint);
  REQUIRE(late->snapshots.size() == 1);
  CHECK(late->snapshots[0].number == early->deltas.back().number - 1);
  CHECK(late->snapshots[0].changes->size() == 2); // the master and one framework
  CHECK(late->deltas.back().number == early->deltas.back().number);

  s.end(second);
  s.system.advance(minutes{2});
  CHECK(late->deltas.size() < early->deltas.size());
  s.end(replica);
}

TEST_CASE("a registry that fails stops the master") {
  master_stage s;
  s.system.run();
  s.self->monitor(s.leader);
  s.script->failure = store_ec::full;
  auto sent = new_tape<to_agent_ptr>();
  auto link = s.system.actors().spawn(link_stub, sent);
  s.register_agent(1, link);
  CHECK(sent->empty());
  std::string reason;
  s.self->receive([&](const caf::down_msg& down) { reason = store_reason(down.reason); });
  CHECK(reason.find("the registry can't be changed: storing the registry failed") == 0);
  s.end(link);
}

TEST_CASE("a registry that can't be read stops the master") {
  master_stage s;
  s.script->bytes = "\xff\xff";
  s.self->monitor(s.leader);
  s.system.run();
  std::string reason;
  s.self->receive([&](const caf::down_msg& down) { reason = store_reason(down.reason); });
  CHECK(reason.find("the registry can't be loaded") == 0);
}

TEST_CASE("an operator's call is answered when the registry has stored it") {
  master_stage s;
  s.system.run();
  auto call = std::make_shared<mesos::v1::master::Call>();
  call->set_type(mesos::v1::master::Call::UPDATE_WEIGHTS);
  auto* info = call->mutable_update_weights()->add_weight_infos();
  info->set_role("eng");
  info->set_weight(2);
  auto answer = s.ask<api_answer>(s.leader, operator_request{call, ""});
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(registry_book::decode(s.script->bytes)->content().weights == role_weights{{"eng", 2}});
  CHECK(s.told_to("set_weights"));
  info->set_weight(-1);
  CHECK(s.ask<api_answer>(s.leader, operator_request{call, ""})->status == 400);
}

TEST_CASE("a master that takes over tells the allocator what the registry has of quotas") {
  registry_book book;
  book.apply(registry_op::change_quotas{{{"eng", role_quota{}}}});
  auto info = std::make_shared<mesos::v1::AgentInfo>();
  info->set_hostname("host");
  book.apply(registry_op::admit{agent_id{"m0-S0"}, info});
  master_stage s;
  s.script->bytes = book.encode();
  s.system.run();
  CHECK(s.told_to("await_agents"));
  CHECK(s.told_to("set_quota"));
}
