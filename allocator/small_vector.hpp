/// A vector whose first few items lie where it lies itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace troupe::allocator {

/// Saves records that mostly have up to `Few` items a look at another place of memory. Grows like
/// `std::vector`, never shrinks, and is only moved.
template <class T, std::uint32_t Few>
class small_vector {
 public:
  small_vector() noexcept = default;
  small_vector(small_vector&& other) noexcept { take(other); }
  small_vector& operator=(small_vector&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~small_vector() { release(); }

  T* data() noexcept { return items_; }
  const T* data() const noexcept { return items_; }
  T* begin() noexcept { return items_; }
  T* end() noexcept { return items_ + size_; }
  const T* begin() const noexcept { return items_; }
  const T* end() const noexcept { return items_ + size_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& back() noexcept { return items_[size_ - 1]; }

  void push_back(T item) {
    if (size_ == room_)
      grow();
    std::construct_at(items_ + size_, std::move(item));
    ++size_;
  }
  void pop_back() noexcept { std::destroy_at(items_ + --size_); }
  void clear() noexcept {
    std::destroy_n(items_, size_);
    size_ = 0;
  }
  void assign(std::span<const T> items) {
    clear();
    for (const auto& item : items)
      push_back(item);
  }

 private:
  T* few() noexcept { return reinterpret_cast<T*>(few_); }

  void grow() {
    auto* more = std::allocator<T>{}.allocate(std::size_t{room_} * 2);
    std::uninitialized_move_n(items_, size_, more);
    auto size = size_;
    auto room = room_ * 2;
    release();
    items_ = more;
    size_ = size;
    room_ = room;
  }
  /// Only into one that holds nothing.
  void take(small_vector& other) noexcept {
    if (other.items_ == other.few()) {
      std::uninitialized_move_n(other.items_, other.size_, items_);
      size_ = other.size_;
      other.clear();
    } else {
      items_ = std::exchange(other.items_, other.few());
      size_ = std::exchange(other.size_, 0);
      room_ = std::exchange(other.room_, Few);
    }
  }
  void release() noexcept {
    clear();
    if (items_ != few())
      std::allocator<T>{}.deallocate(items_, room_);
    items_ = few();
    room_ = Few;
  }

  T* items_ = few();
  std::uint32_t size_ = 0;
  std::uint32_t room_ = Few;
  alignas(T) std::byte few_[Few * sizeof(T)];
};

} // namespace troupe::allocator
