// See step_functions.h.
#include "step_functions.h"

namespace rhai_bridge {

namespace {

using Share = std::shared_ptr<StepTarget>;

// Reads `count` numbers; false (and a pending TypeError) when one is none.
bool ReadNumbers(napi_env env, napi_callback_info info, size_t count, uint32_t* numbers, Share** share) {
  napi_value args[3] = {nullptr, nullptr, nullptr};
  size_t given = count;
  void* data = nullptr;
  napi_get_cb_info(env, info, &given, args, nullptr, &data);
  *share = static_cast<Share*>(data);
  for (size_t index = 0; index < count; ++index) {
    if (napi_get_value_uint32(env, args[index], &numbers[index]) != napi_ok) {
      napi_throw_type_error(env, nullptr, "rhai-bridge: a number is expected");
      return false;
    }
  }
  return true;
}

napi_value Number(napi_env env, uint32_t number) {
  napi_value value = nullptr;
  napi_create_uint32(env, number, &value);
  return value;
}

napi_value Step(napi_env env, napi_callback_info info) {
  uint32_t max_micros = 0;
  Share* share = nullptr;
  if (!ReadNumbers(env, info, 1, &max_micros, &share)) return nullptr;
  rb_core* core = (*share)->core;
  return Number(env, core == nullptr ? RB_IDLE : rb_core_step(core, max_micros));
}

napi_value StepRun(napi_env env, napi_callback_info info) {
  uint32_t numbers[3] = {0, 0, 0};  // slot, generation, max_micros
  Share* share = nullptr;
  if (!ReadNumbers(env, info, 3, numbers, &share)) return nullptr;
  rb_core* core = (*share)->core;
  return Number(env, core == nullptr ? RB_IDLE : rb_core_step_run(core, numbers[0], numbers[1], numbers[2]));
}

void Release(napi_env, void* share, void*) { delete static_cast<Share*>(share); }

void Define(Napi::Object object, const char* name, napi_callback callback, const Share& target) {
  napi_env env = object.Env();
  auto* share = new Share(target);  // the function's; Release lets go of it
  napi_value function = nullptr;
  napi_status status = napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, share, &function);
  if (status == napi_ok) status = napi_add_finalizer(env, function, share, Release, nullptr, nullptr);
  if (status != napi_ok) {
    delete share;
    throw Napi::Error::New(env, "rhai-bridge: no function could be made");
  }
  object.DefineProperty(Napi::PropertyDescriptor::Value(name, function));
}

}  // namespace

void DefineStepFunctions(Napi::Object object, const std::shared_ptr<StepTarget>& target) {
  Define(object, "step", Step, target);
  Define(object, "stepRun", StepRun, target);
}

}  // namespace rhai_bridge
