// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <span>

namespace bitdown::tests {

/// Elements that end exactly at an inaccessible page: one read or write past the end crashes.
template <typename T>
class GuardedBuffer {
 public:
  explicit GuardedBuffer(std::size_t count) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t used = (count * sizeof(T) + page - 1) / page * page;
    mapped_ = used + page;
    base_ = static_cast<std::byte*>(
        mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base_ + used, page, PROT_NONE);
    data_ = {reinterpret_cast<T*>(base_ + used - count * sizeof(T)), count};
  }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  ~GuardedBuffer() { munmap(base_, mapped_); }

  T* data() { return data_.data(); }
  T& operator[](std::size_t i) { return data_[i]; }
  std::span<T> span() { return data_; }
  auto begin() { return data_.begin(); }
  auto end() { return data_.end(); }

 private:
  std::byte* base_ = nullptr;
  std::size_t mapped_ = 0;
  std::span<T> data_;
};

}  // namespace bitdown::tests
