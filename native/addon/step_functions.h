// `core.step` and `core.stepRun` as plain functions of the object: called once per batch of host calls, where looking
// up the C++ object behind `this` and node-addon-api's wrapping would cost as much as the step itself (75 of 135 ns).
#pragma once

#include <napi.h>

#include <memory>

#include "rhai_bridge.h"

namespace rhai_bridge {

// What the functions step; shared by them and their object, whichever dies last.
struct StepTarget {
  rb_core* core;  // nullptr = shut: every step is idle
};

// Defines both on `object`. Throws a JavaScript error when it cannot.
void DefineStepFunctions(Napi::Object object, const std::shared_ptr<StepTarget>& target);

}  // namespace rhai_bridge
