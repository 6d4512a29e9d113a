#include "http/fragment_pages.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

using namespace troupe::http;

namespace {

std::string joined(fragment_pages& pages) {
  body_builder out;
  pages.append_to(out);
  return out.finish()->text();
}

} // namespace

TEST_CASE("items of pages are joined with commas and found by their handle") {
  fragment_pages pages;
  const auto a = pages.add("1");
  const auto b = pages.add("22");
  const auto c = pages.add("333");
  CHECK(joined(pages) == "1,22,333");
  pages.replace(b, "4444");
  CHECK(joined(pages) == "1,4444,333");
  pages.remove(c);
  CHECK(joined(pages) == "1,4444");
  pages.remove(a);
  CHECK(joined(pages) == "4444");
  CHECK(pages.at(b) == "4444");
  pages.remove(b);
  CHECK(joined(pages).empty());
  CHECK(pages.size() == 0);
}

TEST_CASE("an answer keeps the text it had when items change behind it") {
  fragment_pages pages;
  const auto a = pages.add("old");
  body_builder out;
  pages.append_to(out);
  const auto body = out.finish();
  pages.replace(a, "new");
  pages.add("more");
  CHECK(body->text() == "old");
  CHECK(joined(pages) == "new,more");
}

TEST_CASE("a page that nobody changed is the same object in the next answer") {
  fragment_pages pages;
  std::vector<fragment_pages::handle> items;
  for (int i = 0; i < 1000; ++i)
    items.push_back(pages.add(std::string(500, static_cast<char>('a' + i % 26))));
  auto parts = [&] {
    body_builder out;
    pages.append_to(out);
    return out.finish()->parts();
  };
  const auto before = parts();
  pages.replace(items[500], std::string(500, '!'));
  const auto after = parts();
  REQUIRE(before.size() == after.size());
  REQUIRE(before.size() > 20);
  std::size_t different = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    different += before[i] != after[i] ? 1 : 0;
  CHECK(different == 1);
}

TEST_CASE("whatever is added, replaced and removed, exactly the living items are there") {
  std::mt19937 dice(GENERATE(1u, 2u, 3u));
  fragment_pages pages;
  std::map<fragment_pages::handle, std::string> wanted;
  std::size_t serial = 0;
  auto text = [&] {
    // No digit or comma but in the serial number, so that items can be told apart.
    const auto longest = dice() % 50 == 0 ? 40'000u : 900u;
    return std::to_string(serial++) + std::string(dice() % longest, 'x');
  };
  for (int i = 0; i < 6000; ++i) {
    const auto what = dice() % 10;
    if (wanted.empty() || what < (i < 3000 ? 5u : 2u)) {
      auto item = text();
      wanted[pages.add(item)] = item;
      continue;
    }
    auto chosen = std::next(wanted.begin(), static_cast<long>(dice() % wanted.size()));
    if (what < 7) {
      chosen->second = text();
      pages.replace(chosen->first, chosen->second);
    } else {
      pages.remove(chosen->first);
      wanted.erase(chosen);
    }
    if (i % 50 == 0)
      joined(pages);
  }
  CHECK(pages.size() == wanted.size());
  std::multiset<std::string> expected;
  for (const auto& [handle, item] : wanted) {
    CHECK(pages.at(handle) == item);
    expected.insert(item);
  }
  std::multiset<std::string> got;
  const auto all = joined(pages);
  for (std::size_t begin = 0; begin < all.size();) {
    const auto end = std::min(all.find(',', begin), all.size());
    got.insert(all.substr(begin, end - begin));
    begin = end + 1;
  }
  CHECK(got == expected);
}

TEST_CASE("items without a separator are one after the other, whatever comes and goes") {
  fragment_pages pages("");
  std::map<fragment_pages::handle, std::string> items;
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    const auto text = std::string(random() % 200, static_cast<char>('a' + random() % 26));
    if (items.empty() || random() % 3 != 0) {
      items[pages.add(text)] = text;
    } else {
      auto any = std::next(items.begin(), static_cast<long>(random() % items.size()));
      if (random() % 2 == 0) {
        pages.replace(any->first, any->second = text);
      } else {
        pages.remove(any->first);
        items.erase(any);
      }
    }
  }
  std::size_t bytes = 0;
  for (const auto& [handle, text] : items) {
    CHECK(pages.at(handle) == text);
    bytes += text.size();
  }
  CHECK(joined(pages).size() == bytes);
}
