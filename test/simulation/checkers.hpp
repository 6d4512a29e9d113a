/// The judges: told by the link, the containers and the frameworks what passes, they keep the books
/// and end the run when a rule is broken.
#pragma once

#include "books.hpp"
#include "maintenance_book.hpp"
#include "stage.hpp"

#include <mesos/v1/scheduler.pb.h>
#include <troupe/link.pb.h>

namespace troupe::simulation {

/// What the judges have to know of a framework.
struct framework_face {
  framework_number number = 0;
  std::string id;
  bool partition_aware = false;
  bool checkpointed = false;
};

class checkers {
 public:
  explicit checkers(stage& where);

  void add_host(resources total) { resources_.add_host(std::move(total)); }

  // The master.
  void master_crashed();

  // The links.
  void sent_to_agent(host_number host, const link::ToAgent& record);
  void arrived_at_master(host_number host, const link::ToMaster& record);

  // A framework; what it hears and says passes here at the master's door, before any delay.
  void heard(const framework_face& who, const mesos::v1::scheduler::Event& event);
  void said(const framework_face& who, const mesos::v1::scheduler::Call& call);
  void stream_ended(framework_number framework);
  void suppressed(framework_number framework, bool suppressed);
  void removed(const framework_face& who);

  // The containers.
  void container_launched(const task_name& task);
  /// No wait status: nobody will ever know how it ended.
  void container_ended(const task_name& task, std::optional<int> wait_status);
  /// It ended, but the agent died with the knowledge of how.
  void container_end_unknown(const task_name& task) { tasks_.end_unknown(task); }

  // The operators.
  void planned(maintenance_plan plan) { maintenance_.planned(std::move(plan)); }
  void plan_in_force() { maintenance_.in_force(); }
  void plan_refused() { maintenance_.refused(); }

  const task_book& tasks() const { return tasks_; }
  const resources& total_of(host_number host) const { return resources_.total_of(host); }
  std::size_t offers_seen() const { return offers_; }
  std::size_t inverse_offers_seen() const { return inverse_offers_; }
  std::size_t updates_seen() const { return updates_; }

 private:
  struct known_offer {
    filter_book::place place;
    resources items;
  };

  void judge(std::optional<std::string> broken_rule);
  void heard_offers(const framework_face& who, const mesos::v1::scheduler::Event::Offers& offers);
  void heard_inverse_offers(const framework_face& who,
                            const mesos::v1::scheduler::Event::InverseOffers& offers);
  template <class Answer>
  void said_of_inverse_offers(const framework_face& who, const Answer& answer);
  void said_accept(const framework_face& who, const mesos::v1::scheduler::Call::Accept& accept);
  void answered(const mesos::v1::OfferID& offer, const mesos::v1::Filters* filters);

  stage& stage_;
  resource_book resources_;
  filter_book filters_;
  task_book tasks_;
  maintenance_book maintenance_;
  std::map<std::string, host_number> agents_; ///< by id
  std::map<std::string, known_offer> offers_open_;
  std::map<framework_number, duration> suppressed_; ///< since when
  std::size_t offers_ = 0;
  std::size_t inverse_offers_ = 0;
  std::size_t updates_ = 0;
};

} // namespace troupe::simulation
