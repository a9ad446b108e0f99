// The addon: `{ protocolVersion, Core }`. Loaded once per environment; holds no global state.
#include <napi.h>

#include "core_object.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("protocolVersion", Napi::Number::New(env, RB_PROTOCOL_VERSION));
  exports.Set("Core", rhai_bridge::CoreObject::Define(env));
  return exports;
}

NODE_API_MODULE(rhai_bridge, Init)
