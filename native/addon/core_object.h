// The JavaScript class `Core`: a Rust core over an ArrayBuffer. Moves bytes and wakes; knows nothing of Rhai.
//
// Everything belongs to one environment and its thread. Teardown may come at any moment (worker.terminate()): the
// cleanup hook, registered after the threadsafe function and so run before its own, stops the thread first.
#pragma once

#include <napi.h>

#include <memory>

#include "rhai_bridge.h"
#include "step_functions.h"
#include "wake_channel.h"

namespace rhai_bridge {

class CoreObject : public Napi::ObjectWrap<CoreObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  // new Core(buffer: ArrayBuffer, outboxBytes, inboxBytes, kind: 0 | 1, onWake: () => void)
  explicit CoreObject(const Napi::CallbackInfo& info);
  ~CoreObject() override;

 private:
  void Wake(const Napi::CallbackInfo& info);
  Napi::Value SpillTake(const Napi::CallbackInfo& info);
  Napi::Value SpillText(const Napi::CallbackInfo& info);
  void SpillRead(const Napi::CallbackInfo& info);
  Napi::Value SpillPut(const Napi::CallbackInfo& info);
  Napi::Value SpillPutText(const Napi::CallbackInfo& info);
  void SpillDrop(const Napi::CallbackInfo& info);
  void SpillBusy(const Napi::CallbackInfo& info);
  void RefJs(const Napi::CallbackInfo& info);
  void UnrefJs(const Napi::CallbackInfo& info);
  Napi::Value Counters(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  // The side buffer that info[0] names; throws where there is none.
  uint8_t* Take(const Napi::CallbackInfo& info, size_t* length);
  static void OnWake(void* context);
  static void OnEnvironmentDeath(void* context);
  // Joins the thread, closes the channel, drops the core. Idempotent.
  void Shut();

  napi_env env_;
  std::shared_ptr<WakeChannel> channel_;
  Napi::Reference<Napi::ArrayBuffer> buffer_;  // keeps the shared memory in place while the core lives
  rb_core* core_ = nullptr;                    // nullptr = shut
  std::shared_ptr<StepTarget> target_;         // the same core, for the step functions
  bool is_hooked_ = false;
};

}  // namespace rhai_bridge
