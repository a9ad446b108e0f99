// The environment's first core, on its way: made by a thread of its own while JavaScript is still at its options.
#pragma once

#include "rhai_bridge.h"

namespace rhai_bridge {

// Lives as long as its environment, which frees it.
class EarlyCore {
 public:
  EarlyCore() : early_(rb_early_begin()) {}
  ~EarlyCore() { rb_early_free(early_); }
  EarlyCore(const EarlyCore&) = delete;
  EarlyCore& operator=(const EarlyCore&) = delete;

  rb_early* get() const { return early_; }

 private:
  rb_early* early_;  // nullptr = no thread was to be had
};

}  // namespace rhai_bridge
