// The addon: `{ protocolVersion, Core, fileText, fileBytes }`. Loaded once per environment; holds no global state.
// Whoever loads it wants a core soon: the environment's first one begins to be made here.
#include <napi.h>

#include "core_object.h"
#include "early_core.h"
#include "files.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new rhai_bridge::EarlyCore());
  exports.Set("protocolVersion", Napi::Number::New(env, RB_PROTOCOL_VERSION));
  exports.Set("Core", rhai_bridge::CoreObject::Define(env));
  rhai_bridge::DefineFiles(env, exports);
  return exports;
}

NODE_API_MODULE(rhai_bridge, Init)
