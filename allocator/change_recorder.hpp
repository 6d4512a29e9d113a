/// Collects what a sorter has to be told before the next cycle.
#pragma once

#include "protocol/sorter.hpp"

#include <span>
#include <string>
#include <utility>

namespace troupe::allocator {

/// Writes one batch; `take` hands it over and starts the next.
class change_recorder {
 public:
  void name_resource(std::uint32_t resource, std::string name) {
    auto& change = append(sorter_change::kind::name_resource, resource);
    change.text = std::move(name);
  }
  void add_client(sorter_client client, sorter_group group, std::string path) {
    auto& change = append(sorter_change::kind::add_client, client);
    change.group = group;
    change.text = std::move(path);
  }
  void remove_client(sorter_client client) { append(sorter_change::kind::remove_client, client); }
  void set_active(sorter_client client, bool active) {
    append(active ? sorter_change::kind::activate : sorter_change::kind::deactivate, client);
  }
  void allocated(sorter_client client, std::span<const scalar_amount> amounts) {
    append(sorter_change::kind::allocate, client, amounts);
  }
  void unallocated(sorter_client client, std::span<const scalar_amount> amounts) {
    append(sorter_change::kind::unallocate, client, amounts);
  }
  void total_changed(std::span<const scalar_amount> amounts) {
    append(sorter_change::kind::change_total, no_client, amounts);
  }
  void set_weight(std::string path, double weight) {
    auto& change = append(sorter_change::kind::set_weight, no_client);
    change.text = std::move(path);
    change.weight = weight;
  }

  bool empty() const noexcept { return batch_.changes.empty(); }
  sorter_changes take() { return std::exchange(batch_, {}); }

 private:
  sorter_change& append(sorter_change::kind what, sorter_client client,
                        std::span<const scalar_amount> amounts = {}) {
    auto& change = batch_.changes.emplace_back();
    change.what = what;
    change.client = client;
    change.first_amount = static_cast<std::uint32_t>(batch_.amounts.size());
    change.amount_count = static_cast<std::uint32_t>(amounts.size());
    batch_.amounts.insert(batch_.amounts.end(), amounts.begin(), amounts.end());
    return change;
  }

  sorter_changes batch_;
};

} // namespace troupe::allocator
