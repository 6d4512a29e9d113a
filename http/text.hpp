#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Small text helpers of the HTTP edge; all pure.
namespace troupe::http {

/// ASCII comparison without case, as header names and tokens want it.
bool same_token(std::string_view a, std::string_view b);

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view s);

std::vector<std::string_view> split(std::string_view s, char separator);

/// `%XX` decoded; a stray `%` stays as it is. `plus` also turns `+` into a space.
std::string decode_percent(std::string_view s, bool plus = false);

/// `a=1&b=x+y` decoded. A part without `=` has an empty value.
std::multimap<std::string, std::string> decode_form(std::string_view s);

} // namespace troupe::http
