// See wake_channel.h.
#include "wake_channel.h"

namespace rhai_bridge {

namespace {

// An exception out of the JavaScript callback is nobody's to catch: it becomes an uncaught exception of the process.
// In a dying environment there may be none to speak of.
void ReportUncaught(napi_env env, const Napi::Error& error) {
  if (!error.IsEmpty()) napi_fatal_exception(env, error.Value());
}

}  // namespace

std::shared_ptr<WakeChannel> WakeChannel::Open(Napi::Env env, Napi::Function callback) {
  auto channel = std::make_shared<WakeChannel>();
  auto* own_share = new std::shared_ptr<WakeChannel>(channel);  // OnFinalize's; the last to let go
  Napi::String name = Napi::String::New(env, "rhai-bridge");
  napi_status status = napi_create_threadsafe_function(env, callback, nullptr, name, 0, 1, own_share, OnFinalize,
                                                       nullptr, OnCall, &channel->function_);
  if (status != napi_ok) {
    delete own_share;
    throw Napi::Error::New(env, "rhai-bridge: no threadsafe function");
  }
  napi_unref_threadsafe_function(env, channel->function_);
  return channel;
}

void WakeChannel::Call() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (function_ != nullptr) napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

void WakeChannel::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (function_ != nullptr) napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

void WakeChannel::KeepAlive(Napi::Env env, bool keep) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (function_ == nullptr) return;
  if (keep) {
    napi_ref_threadsafe_function(env, function_);
  } else {
    napi_unref_threadsafe_function(env, function_);
  }
}

void WakeChannel::OnCall(napi_env env, napi_value callback, void*, void*) {
  if (env == nullptr || callback == nullptr) return;  // the environment is going down
  try {
    Napi::HandleScope scope(env);
    try {
      Napi::Function(env, callback).Call({});
    } catch (const Napi::Error& error) {
      ReportUncaught(env, error);
    }
  } catch (...) {
    // A terminating environment refuses even to report.
  }
}

void WakeChannel::OnFinalize(napi_env, void* data, void*) {
  std::unique_ptr<std::shared_ptr<WakeChannel>> share(static_cast<std::shared_ptr<WakeChannel>*>(data));
  std::lock_guard<std::mutex> lock((*share)->mutex_);
  (*share)->function_ = nullptr;
}

}  // namespace rhai_bridge
