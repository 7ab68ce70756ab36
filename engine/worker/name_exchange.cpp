#include "engine/worker/name_exchange.h"

#include <utility>

namespace netpulse {

NameExchange::NameExchange(std::vector<NameInbox*> inboxes) : inboxes_(std::move(inboxes)) {
  for (NameInbox* inbox : inboxes_) {
    for (std::size_t sender = 0; sender < inboxes_.size(); ++sender)
      inbox->push_back(std::make_unique<SpscRing<LearnedName>>(kRingNames));
  }
}

template <class Write>
std::size_t NameExchange::write_to_others(std::size_t sender, Write write) noexcept {
  std::size_t refused = 0;
  for (std::size_t receiver = 0; receiver < inboxes_.size(); ++receiver) {
    if (receiver == sender) continue;
    SpscRing<LearnedName>& ring = *(*inboxes_[receiver])[sender];
    LearnedName* slot = ring.reserve();
    if (slot == nullptr) {
      ++refused;
      continue;
    }
    write(*slot);
    ring.push();
  }
  return refused;
}

std::size_t NameExchange::tell_others(std::size_t sender, const IpAddress& client, const IpAddress& address,
                                      std::string_view name, std::uint32_t ttl_seconds) noexcept {
  return write_to_others(sender, [&](LearnedName& learned) {
    learned.expected.protocol = 0;
    learned.client = client;
    learned.address = address;
    learned.ttl_seconds = ttl_seconds;
    learned.name.assign(name);
  });
}

std::size_t NameExchange::tell_others(std::size_t sender, const ExpectedFlow& expected) noexcept {
  return write_to_others(sender, [&](LearnedName& learned) { learned.expected = expected; });
}

}  // namespace netpulse
