// The platform's side of LTI postMessage storage: values that tools keep here, by the origin that put them. It runs in a frame of
// its own beside the tool's, or in the page around the tool; window.toolOrigins are the tools that may use it.
(function () {
  "use strict";
  var most = 100, longest = 4096, kept = new Map();
  function answer(e, reply) { e.source.postMessage(reply, e.origin); }
  function failure(e, data, code, message) {
    answer(e, { subject: data.subject + ".response", message_id: data.message_id, error: { code: code, message: message } });
  }
  function text(v) { return typeof v === "string" && v.length > 0 && v.length <= longest; }
  addEventListener("message", function (e) {
    var data = e.data;
    if (!data || typeof data !== "object" || typeof data.subject !== "string" || !e.source) return;
    if (["lti.capabilities", "lti.put_data", "lti.get_data"].indexOf(data.subject) < 0) return;
    if (!text(data.message_id)) return failure(e, data, "bad_request", "message_id is missing");
    if (window.toolOrigins.indexOf(e.origin) < 0) return failure(e, data, "wrong_origin", "this tool is not known here");
    var own = kept.get(e.origin) || new Map();
    kept.set(e.origin, own);
    var reply = { subject: data.subject + ".response", message_id: data.message_id };
    switch (data.subject) {
    case "lti.capabilities":
      reply.supported_messages = ["lti.capabilities", "lti.put_data", "lti.get_data"].map(function (s) {
        return { subject: s, frame: window.name || "_parent" };
      });
      return answer(e, reply);
    case "lti.put_data":
      if (!text(data.key)) return failure(e, data, "bad_request", "key is missing");
      if (data.value === null || data.value === undefined) own.delete(data.key);
      else if (!text(data.value)) return failure(e, data, "bad_request", "value is no text");
      else if (own.size >= most && !own.has(data.key)) return failure(e, data, "storage_exhausted", "too many values");
      else own.set(data.key, data.value);
      reply.key = data.key; reply.value = data.value;
      return answer(e, reply);
    case "lti.get_data":
      if (!text(data.key)) return failure(e, data, "bad_request", "key is missing");
      reply.key = data.key; reply.value = own.has(data.key) ? own.get(data.key) : null;
      return answer(e, reply);
    }
  });
})();
