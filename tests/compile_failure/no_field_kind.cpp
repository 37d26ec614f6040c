// Expected: gm2m: no field kind for this member's type
#include <gm2m/gm2m.hpp>

struct Money {
    std::int64_t cents{};
};
struct Ticket {
    std::int64_t id{};
    Money price;
};

#ifndef MISTAKE
template <>
struct gm2m::Adapter<Money> {
    static constexpr Kind kind = Kind::big_integer;
    static ValueView view(const Money& money, Scratch&) { return ValueView::of_integer(money.cents); }
    static void assign(Money& money, const ValueView& from) { money.cents = from.integer(); }
};
#endif

void declare(gm2m::Registry& models) {
    models.model<Ticket>("cinema.Ticket").primary_key("id", &Ticket::id).field("price", &Ticket::price);
}
