#include "engine/worker/name_exchange.h"

#include <utility>

namespace netpulse {

NameExchange::NameExchange(std::vector<NameInbox*> inboxes) : inboxes_(std::move(inboxes)) {
  for (NameInbox* inbox : inboxes_) {
    for (std::size_t sender = 0; sender < inboxes_.size(); ++sender)
      inbox->push_back(std::make_unique<SpscRing<LearnedName>>(kRingNames));
  }
}

std::size_t NameExchange::tell_others(std::size_t sender, const IpAddress& client, const IpAddress& address,
                                      std::string_view name, std::uint32_t ttl_seconds) noexcept {
  std::size_t refused = 0;
  for (std::size_t receiver = 0; receiver < inboxes_.size(); ++receiver) {
    if (receiver == sender) continue;
    SpscRing<LearnedName>& ring = *(*inboxes_[receiver])[sender];
    LearnedName* slot = ring.reserve();
    if (slot == nullptr) {
      ++refused;
      continue;
    }
    slot->client = client;
    slot->address = address;
    slot->ttl_seconds = ttl_seconds;
    slot->name.assign(name);
    ring.push();
  }
  return refused;
}

}  // namespace netpulse
