// See big_text.h.
#include "big_text.h"

#ifndef _WIN32
#include <dlfcn.h>
#endif

#include "rhai_bridge.h"

namespace rhai_bridge {

namespace {

// node_api_create_external_string_latin1: calls the finalizer itself, at once, where it copied. The finalizer may run
// inside a garbage collection, with no environment at all when that has gone before the string.
using CreateExternal = napi_status (*)(napi_env env, char* text, size_t length, napi_finalize finalize, void* hint,
                                       napi_value* result, bool* copied);

CreateExternal Find() {
#ifdef _WIN32
  return nullptr;
#else
  return reinterpret_cast<CreateExternal>(dlsym(RTLD_DEFAULT, "node_api_create_external_string_latin1"));
#endif
}

// V8 collects no sooner for the bytes of such strings, so it is told of them as of any foreign memory.
void Tell(napi_env env, int64_t bytes) {
  int64_t all = 0;
  if (env != nullptr) napi_adjust_external_memory(env, bytes, &all);
}

void Free(napi_env env, void* bytes, void* length) {
  auto size = reinterpret_cast<size_t>(length);
  rb_bytes_free(static_cast<uint8_t*>(bytes), size);
  Tell(env, -static_cast<int64_t>(size));
}

napi_value Copy(napi_env env, uint8_t* bytes, size_t length) {
  napi_value text = nullptr;
  napi_status status = napi_create_string_latin1(env, reinterpret_cast<char*>(bytes), length, &text);
  rb_bytes_free(bytes, length);
  if (status != napi_ok) throw Napi::Error::New(env, "rhai-bridge: no string could be made");
  return text;
}

}  // namespace

Napi::Value BigText(Napi::Env env, uint8_t* bytes, size_t length) {
  static const CreateExternal create = Find();
  napi_value text = nullptr;
  bool is_copied = false;
  if (create != nullptr && create(env, reinterpret_cast<char*>(bytes), length, Free, reinterpret_cast<void*>(length),
                                  &text, &is_copied) == napi_ok) {
    Tell(env, static_cast<int64_t>(length));
    return Napi::Value(env, text);
  }
  return Napi::Value(env, Copy(env, bytes, length));
}

}  // namespace rhai_bridge
