// See files.h.
#include "files.h"

#include <cstdio>
#include <memory>
#include <string>

namespace rhai_bridge {

namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

File Open(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) throw Napi::TypeError::New(info.Env(), "rhai-bridge: a path is expected");
  return File(std::fopen(info[0].As<Napi::String>().Utf8Value().c_str(), "rb"));
}

constexpr long kMostBytes = 64 << 20;  // a directory says that it is endless

// Its length, or -1 for what has none, and for what is none of the package's files.
long Length(std::FILE* file) {
  if (std::fseek(file, 0, SEEK_END) != 0) return -1;
  long length = std::ftell(file);
  std::rewind(file);
  return length <= kMostBytes ? length : -1;
}

bool Read(std::FILE* file, void* target, size_t length) {
  std::setvbuf(file, nullptr, _IONBF, 0);  // straight to where it belongs
  return std::fread(target, 1, length, file) == length;
}

Napi::Value FileText(const Napi::CallbackInfo& info) {
  File file = Open(info);
  long length = file ? Length(file.get()) : -1;
  if (length < 0) return info.Env().Undefined();
  auto bytes = static_cast<size_t>(length);
  std::unique_ptr<char[]> text(new char[bytes]);  // as it comes: every byte is read over
  if (!Read(file.get(), text.get(), bytes)) return info.Env().Undefined();
  napi_value value = nullptr;
  napi_status status = napi_create_string_latin1(info.Env(), text.get(), bytes, &value);
  return status == napi_ok ? Napi::Value(info.Env(), value) : info.Env().Undefined();
}

Napi::Value FileBytes(const Napi::CallbackInfo& info) {
  File file = Open(info);
  long length = file ? Length(file.get()) : -1;
  if (length < 0) return info.Env().Undefined();
  Napi::ArrayBuffer bytes = Napi::ArrayBuffer::New(info.Env(), static_cast<size_t>(length));
  if (!Read(file.get(), bytes.Data(), bytes.ByteLength())) return info.Env().Undefined();
  return bytes;
}

}  // namespace

void DefineFiles(Napi::Env env, Napi::Object exports) {
  exports.Set("fileText", Napi::Function::New<FileText>(env, "fileText"));
  exports.Set("fileBytes", Napi::Function::New<FileBytes>(env, "fileBytes"));
}

}  // namespace rhai_bridge
