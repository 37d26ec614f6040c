#include "deletion/deletion_order.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace gm2m::deletion {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using backend::ValueList;

/// By a column of the model's own table.
bool refers_to(const Field& field, const Model& model) {
    return !field.is_inherited() && field.target() && &field.target()->concrete_model() == &model;
}

std::vector<std::pair<const Field*, const Going*>> keys_between(const Going& from, const Going& to) {
    std::vector<std::pair<const Field*, const Going*>> keys;
    for (const auto& field : from.model().fields())
        if (refers_to(*field, to.model()))
            keys.emplace_back(field.get(), &from);
    return keys;
}

std::vector<const Field*> ties_to_itself(const Model& model) {
    std::vector<const Field*> ties;
    for (const auto& field : model.fields())
        if (refers_to(*field, model) && !field->null())
            ties.push_back(field.get());
    return ties;
}

/// What refers to what among objects of one model, by their numbers.
class References {
public:
    References(Context& context, const Going& going, const std::vector<const Field*>& ties)
        : going_(going),
          width_(ties.size()),
          referred_(going.size() * ties.size(), Going::none),
          referring_(going.size()) {
        const backend::Dialect& dialect = context.connection.dialect();
        const Field& key = going.model().primary_key();
        std::string columns = dialect.quote(key.column());
        for (const Field* tie : ties)
            columns += ", " + dialect.quote(tie->column());
        const std::string sql = fmt::format("SELECT {} FROM {} WHERE {}", columns, context.table_of(going.model()),
                                            dialect.in_list(dialect.quote(key.column()), 1, key.kind()));
        const std::vector<Kind> kinds(1 + ties.size(), key.kind());
        RowSink sink([&](std::span<const ValueView> row) { note(row); });
        for (std::size_t begin = 0; begin < going.size(); begin += context.keys_per_statement) {
            const ValueList part = going.keys().slice(begin, context.keys_per_statement);
            const Parameter parameters[] = {part};
            Request request{
                .sql = &sql, .parameters = parameters, .columns = kinds, .sink = &sink, .plan_by_lists = true};
            context.connection.execute(request, Access::read);
        }
    }

    /// Each is taken once nothing that is left refers to it.
    std::vector<std::uint32_t> referring_first() {
        std::vector<std::uint32_t> order;
        order.reserve(going_.size());
        std::vector<bool> taken(going_.size());
        const auto take = [&](std::uint32_t number) {
            order.push_back(number);
            taken[number] = true;
        };
        for (std::uint32_t number = 0; number < going_.size(); ++number)
            if (referring_[number] == 0)
                take(number);
        for (std::size_t i = 0; i < order.size(); ++i)
            for (std::size_t tie = 0; tie < width_; ++tie)
                if (const std::uint32_t referred = referred_[order[i] * width_ + tie];
                    referred != Going::none && --referring_[referred] == 0)
                    take(referred);
        for (std::uint32_t number = 0; number < going_.size(); ++number)
            if (!taken[number])
                take(number);  // of a cycle: no order will do, unless the database defers its constraints
        return order;
    }

private:
    void note(std::span<const ValueView> row) {
        const std::uint32_t number = going_.find(row[0]);
        for (std::size_t tie = 0; tie < width_; ++tie) {
            const std::uint32_t referred = going_.find(row[1 + tie]);
            if (referred == Going::none || referred == number)
                continue;
            referred_[number * width_ + tie] = referred;
            ++referring_[referred];
        }
    }

    const Going& going_;
    const std::size_t width_;
    std::vector<std::uint32_t> referred_;   // by each, by each tie
    std::vector<std::uint32_t> referring_;  // how many refer to each
};

}  // namespace

DeletionOrder::DeletionOrder(const Collected& collected, std::size_t keys_per_statement)
    : left_(collected.memory.resource()), order_(collected.memory.resource()) {
    if (collected.objects.size() == 1 && collected.objects.front().size() <= keys_per_statement) {
        order_.push_back(&collected.objects.front());
        return;
    }
    for (const Going& going : collected.objects) {
        left_.push_back(&going);
        if (going.size() > keys_per_statement)
            for (const Key& key : keys_between(going, going))
                if (key.first->null())
                    cuts_.push_back(key);
    }
    while (!left_.empty())
        place_next();
}

std::vector<DeletionOrder::Key> DeletionOrder::keys_to(const Going& going) const {
    std::vector<Key> keys;
    for (const Going* other : left_)
        if (other != &going)
            std::ranges::move(keys_between(*other, going), std::back_inserter(keys));
    return keys;
}

bool DeletionOrder::is_on_cycle(const Going& going) const {
    std::vector<const Going*> referring{&going};  // directly or through others
    for (std::size_t i = 0; i < referring.size(); ++i)
        for (const auto& [field, from] : keys_to(*referring[i])) {
            if (from == &going)
                return true;
            if (std::ranges::find(referring, from) == referring.end())
                referring.push_back(from);
        }
    return false;
}

std::pmr::vector<const Going*>::iterator DeletionOrder::least_tied() {
    auto found = left_.end();
    for (auto it = left_.begin(); it != left_.end(); ++it) {
        const std::vector<Key> keys = keys_to(**it);
        if (std::ranges::all_of(keys, [](const Key& key) { return key.first->null(); }) && is_on_cycle(**it) &&
            (found == left_.end() || keys.size() < keys_to(**found).size()))
            found = it;
    }
    return found;
}

void DeletionOrder::place_next() {
    auto next = std::ranges::find_if(left_, [&](const Going* going) { return keys_to(*going).empty(); });
    if (next == left_.end()) {
        next = least_tied();
        if (next == left_.end())
            next = left_.begin();  // no order will do, unless the database defers its constraints
        else
            std::ranges::move(keys_to(**next), std::back_inserter(cuts_));
    }
    order_.push_back(*next);
    left_.erase(next);
}

bool refers_to_itself(const Model& model) {
    return std::ranges::any_of(model.fields(), [&](const auto& field) { return refers_to(*field, model); });
}

bool is_tied_to_itself(const Model& model) {
    return !ties_to_itself(model).empty();
}

ValueList referring_first(Context& context, const Going& going) {
    References references(context, going, ties_to_itself(going.model()));
    ValueList keys(going.keys().kind());
    keys.reserve(going.size());
    for (const std::uint32_t number : references.referring_first())
        keys.push(going.keys()[number]);
    return keys;
}

}  // namespace gm2m::deletion
