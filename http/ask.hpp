/// From an HTTP worker to an actor and back to the client, without a waiting thread.
#pragma once

#include "http/responder.hpp"
#include "protocol/base.hpp"
#include "wire/media.hpp"

#include <caf/all.hpp>

#include <chrono>

namespace troupe::http {

/// Longest time that an actor may take to answer a call.
inline constexpr auto ask_timeout = std::chrono::seconds(30);

/// Asks `whom` and hands the answer of type `Answer` to `on_answer`, or the error to `on_error`, in a small
/// actor that lives for this one question.
template <class Answer, class Handle, class Question, class OnAnswer, class OnError>
void ask(caf::actor_system& system, const Handle& whom, Question question, OnAnswer on_answer,
         OnError on_error) {
  system.spawn([=](caf::event_based_actor* self) {
    self->request(whom, ask_timeout, question)
        .then([=](const Answer& answer) { on_answer(answer); },
              [=](const caf::error& error) { on_error(error); });
  });
}

/// An actor's answer as an HTTP response.
inline response to_response(const api_answer& answer, wire::media accepted) {
  if (answer.message)
    return content(wire::encode(accepted, *answer.message), std::string(wire::media_name(accepted)),
                   answer.status);
  if (answer.text.empty())
    return empty(answer.status);
  return error(answer.status, answer.text);
}

} // namespace troupe::http
