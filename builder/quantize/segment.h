// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "aligned.h"
#include "bitdown/model.h"
#include "bitdown/session.h"
#include "graph/graph.h"
#include "writer/writer.h"

namespace bitdown::builder {

/// Some nodes of a network as a network of their own that the runtime executes: one value in,
/// several out. Thread-safe.
class Segment {
 public:
  /// Keeps those of `nodes` (in execution order, ids of `graph`) that `wanted` needs. Throws what
  /// write_blob and load throw.
  Segment(const Graph& graph, const std::vector<Node>& nodes, ValueId input,
          std::vector<ValueId> wanted, DensePrecision precision);

  /// One thread's instance.
  class Runner {
   public:
    explicit Runner(const Segment& segment);
    /// `input` stays in use until the next run.
    void run(std::span<const float> input);
    /// wanted[index] after the last run.
    std::span<const float> value(std::size_t index) const;

   private:
    const Segment& segment_;
    std::unique_ptr<Session> session_;  // Null when only the input is wanted.
    std::span<const float> input_;
  };

  /// A runner that nobody uses, for the scope of the handle.
  class Loan {
   public:
    explicit Loan(Segment& segment);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Runner* operator->() const { return runner_.get(); }

   private:
    Segment& segment_;
    std::unique_ptr<Runner> runner_;
  };

 private:
  void load(const Graph& part, DensePrecision precision);

  ValueId input_;
  std::vector<ValueId> wanted_;
  std::vector<std::size_t> outputs_;  // Of the session, by index into wanted_.
  AlignedBuffer blob_;
  std::unique_ptr<Model> model_;
  std::mutex mutex_;  // Guards what follows.
  std::vector<std::unique_ptr<Runner>> idle_;
};

}  // namespace bitdown::builder
