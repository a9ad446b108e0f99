// See core_object.h.
#include "core_object.h"

#include <cstring>
#include <string>

#include "big_text.h"
#include "early_core.h"

namespace rhai_bridge {

namespace {

uint32_t Uint32(const Napi::CallbackInfo& info, size_t index) {
  uint32_t value = 0;
  if (napi_get_value_uint32(info.Env(), info[index], &value) != napi_ok) {
    throw Napi::TypeError::New(info.Env(), "rhai-bridge: a number is expected");
  }
  return value;
}

const char* Reason(rb_status status) {
  switch (status) {
    case RB_BAD_MEMORY:
      return "rhai-bridge: the buffer does not fit the protocol";
    case RB_BAD_VERSION:
      return "rhai-bridge: the addon speaks another protocol version";
    default:
      return "rhai-bridge: the core could not be made";
  }
}

void FreeBytes(napi_env, void* bytes, void* length) {
  rb_bytes_free(static_cast<uint8_t*>(bytes), reinterpret_cast<size_t>(length));
}

// Where foreign memory is not allowed in an ArrayBuffer (Electron), the bytes are copied.
Napi::Value CopyBytes(Napi::Env env, uint8_t* bytes, size_t length) {
  Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, length);
  std::memcpy(copy.Data(), bytes, length);
  rb_bytes_free(bytes, length);
  return copy;
}

}  // namespace

Napi::Function CoreObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Core",
      {InstanceMethod<&CoreObject::Wake>("wake"), InstanceMethod<&CoreObject::SpillTake>("spillTake"),
       InstanceMethod<&CoreObject::SpillText>("spillText"), InstanceMethod<&CoreObject::SpillRead>("spillRead"),
       InstanceMethod<&CoreObject::SpillPut>("spillPut"), InstanceMethod<&CoreObject::SpillPutText>("spillPutText"),
       InstanceMethod<&CoreObject::SpillDrop>("spillDrop"), InstanceMethod<&CoreObject::SpillBusy>("spillBusy"),
       InstanceMethod<&CoreObject::RefJs>("ref"), InstanceMethod<&CoreObject::UnrefJs>("unref"),
       InstanceMethod<&CoreObject::Counters>("counters"), InstanceMethod<&CoreObject::Close>("close")});
}

CoreObject::CoreObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CoreObject>(info), env_(info.Env()) {
  if (!info[0].IsArrayBuffer() || !info[4].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "rhai-bridge: new Core(buffer, outboxBytes, inboxBytes, kind, onWake)");
  }
  uint32_t outbox_bytes = Uint32(info, 1);
  uint32_t inbox_bytes = Uint32(info, 2);
  rb_kind kind = Uint32(info, 3) == 0 ? RB_HOME : RB_WORKER;
  Napi::ArrayBuffer buffer = info[0].As<Napi::ArrayBuffer>();
  target_ = std::make_shared<StepTarget>(StepTarget{nullptr});
  DefineStepFunctions(info.This().As<Napi::Object>(), target_);
  channel_ = WakeChannel::Open(info.Env(), info[4].As<Napi::Function>());
  rb_status status = RB_OK;
  core_ = rb_core_new(static_cast<uint8_t*>(buffer.Data()), buffer.ByteLength(), outbox_bytes, inbox_bytes, kind,
                      OnWake, channel_.get(), info.Env().GetInstanceData<EarlyCore>()->get(), &status);
  if (core_ == nullptr) {
    channel_->Close();
    throw Napi::Error::New(info.Env(), Reason(status));
  }
  buffer_ = Napi::Persistent(buffer);
  target_->core = core_;
  is_hooked_ = napi_add_env_cleanup_hook(env_, OnEnvironmentDeath, this) == napi_ok;
}

CoreObject::~CoreObject() { Shut(); }

void CoreObject::OnWake(void* context) { static_cast<WakeChannel*>(context)->Call(); }

void CoreObject::OnEnvironmentDeath(void* context) {
  auto* self = static_cast<CoreObject*>(context);
  self->is_hooked_ = false;  // the hook is running: it needs no removal
  self->Shut();
}

void CoreObject::Shut() {
  if (core_ == nullptr) return;
  target_->core = nullptr;
  rb_core_stop(core_);  // from here on nobody calls the channel or touches the buffer
  channel_->Close();
  rb_core_free(core_);
  core_ = nullptr;
  if (is_hooked_) napi_remove_env_cleanup_hook(env_, OnEnvironmentDeath, this);
  is_hooked_ = false;
}

void CoreObject::Wake(const Napi::CallbackInfo& info) {
  if (core_ != nullptr && rb_core_wake(core_) != RB_OK) {
    throw Napi::Error::New(info.Env(), "rhai-bridge: the worker thread could not be started");
  }
}

uint8_t* CoreObject::Take(const Napi::CallbackInfo& info, size_t* length) {
  uint8_t* bytes = core_ == nullptr ? nullptr : rb_core_spill_take(core_, Uint32(info, 0), length);
  if (bytes == nullptr) throw Napi::RangeError::New(info.Env(), "rhai-bridge: no such side buffer");
  return bytes;
}

Napi::Value CoreObject::SpillTake(const Napi::CallbackInfo& info) {
  size_t length = 0;
  uint8_t* bytes = Take(info, &length);
  napi_value buffer = nullptr;
  napi_status status =
      napi_create_external_arraybuffer(info.Env(), bytes, length, FreeBytes, reinterpret_cast<void*>(length), &buffer);
  return status == napi_ok ? Napi::Value(info.Env(), buffer) : CopyBytes(info.Env(), bytes, length);
}

// For a buffer of ASCII alone.
Napi::Value CoreObject::SpillText(const Napi::CallbackInfo& info) {
  size_t length = 0;
  uint8_t* bytes = Take(info, &length);
  return BigText(info.Env(), bytes, length);
}

void CoreObject::SpillRead(const Napi::CallbackInfo& info) {
  if (!info[1].IsTypedArray()) throw Napi::TypeError::New(info.Env(), "rhai-bridge: room for bytes is expected");
  auto target = info[1].As<Napi::Uint8Array>();
  if (core_ == nullptr || rb_core_spill_read(core_, Uint32(info, 0), target.Data(), target.ByteLength()) != RB_OK) {
    throw Napi::RangeError::New(info.Env(), "rhai-bridge: no such side buffer");
  }
}

Napi::Value CoreObject::SpillPut(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray()) throw Napi::TypeError::New(info.Env(), "rhai-bridge: bytes are expected");
  auto bytes = info[0].As<Napi::Uint8Array>();
  uint32_t id = core_ == nullptr ? UINT32_MAX : rb_core_spill_put(core_, bytes.Data(), bytes.ByteLength());
  return Napi::Number::New(info.Env(), id);
}

// The text of a string whose chars are all below 256, one byte each; UINT32_MAX when one is above 127.
Napi::Value CoreObject::SpillPutText(const Napi::CallbackInfo& info) {
  size_t length = 0;
  if (napi_get_value_string_latin1(info.Env(), info[0], nullptr, 0, &length) != napi_ok) {
    throw Napi::TypeError::New(info.Env(), "rhai-bridge: a string is expected");
  }
  size_t room_length = length + 1;  // Node-API ends it with a zero
  uint8_t* room = rb_text_room(room_length);
  size_t written = 0;
  napi_get_value_string_latin1(info.Env(), info[0], reinterpret_cast<char*>(room), room_length, &written);
  uint32_t id = rb_core_spill_text(core_, room, room_length, written);
  return Napi::Number::New(info.Env(), id);
}

void CoreObject::SpillDrop(const Napi::CallbackInfo& info) {
  if (core_ != nullptr) rb_core_spill_drop(core_, Uint32(info, 0));
}

void CoreObject::SpillBusy(const Napi::CallbackInfo& info) {
  if (core_ != nullptr) rb_core_busy(core_, Uint32(info, 0));
}

void CoreObject::RefJs(const Napi::CallbackInfo& info) { channel_->KeepAlive(info.Env(), true); }

void CoreObject::UnrefJs(const Napi::CallbackInfo& info) { channel_->KeepAlive(info.Env(), false); }

Napi::Value CoreObject::Counters(const Napi::CallbackInfo& info) {
  std::vector<double> values(rb_counter_count());
  if (core_ != nullptr) rb_core_counters(core_, values.data());
  Napi::Object counters = Napi::Object::New(info.Env());
  for (size_t index = 0; index < values.size(); ++index) {
    size_t length = 0;
    const char* name = rb_counter_name(index, &length);
    counters.Set(std::string(name, length), Napi::Number::New(info.Env(), values[index]));
  }
  return counters;
}

void CoreObject::Close(const Napi::CallbackInfo&) {
  Shut();
  buffer_.Reset();
}

}  // namespace rhai_bridge
