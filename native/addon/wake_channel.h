// A way for any thread to call one JavaScript function, safe at every moment of an environment's life.
//
// A threadsafe function must not be touched once its finalizer has run, and an environment may die while a worker
// thread is about to use it. So the mutex is held across every use, and the finalizer marks the channel dead under it.
#pragma once

#include <napi.h>

#include <memory>
#include <mutex>

namespace rhai_bridge {

class WakeChannel {
 public:
  // Opens a channel to `callback`; does not keep the process alive. Throws a JavaScript error when it cannot.
  static std::shared_ptr<WakeChannel> Open(Napi::Env env, Napi::Function callback);

  WakeChannel() = default;
  WakeChannel(const WakeChannel&) = delete;
  WakeChannel& operator=(const WakeChannel&) = delete;

  // Calls the function soon, on its own thread. Any thread; never blocks; nothing once closed.
  void Call();
  // Closes the channel: calls that are under way are dropped. Owner thread; idempotent.
  void Close();
  // Whether a channel with nothing to do keeps the process alive. Owner thread.
  void KeepAlive(Napi::Env env, bool keep);

 private:
  static void OnCall(napi_env env, napi_value callback, void* context, void* data);
  static void OnFinalize(napi_env env, void* data, void* hint);

  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;  // guarded by mutex_; nullptr = closed or dead
};

}  // namespace rhai_bridge
