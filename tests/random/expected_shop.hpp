#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gm2m/gm2m.hpp>

namespace gm2m::test {

/// A foreign key of the shop's models; all can be NULL.
struct ShopKey {
    std::string model, name, target;
    ForeignKeyPolicy::Action action;
    bool db_constraint = true;
    std::int64_t other = 0;  // what set_default and set_value give it

    std::string label() const { return model + "." + name; }
};

/// A relation of theirs, to objects of all models; an ordinary many-to-many field if it has one target model.
struct ShopRelation {
    std::string source, name;
    LinkPolicy on_delete_src = LinkPolicy::cascade, on_delete_tgt = LinkPolicy::cascade;
    std::map<std::string, LinkPolicy> on_delete_of = {};  // of targets of these models instead
    std::string target = {};

    std::string label() const { return source + "." + name; }
    std::string accessor() const { return name + "_of"; }
    bool is_generic() const { return target.empty(); }
    LinkPolicy target_policy(const std::string& model) const {
        const auto found = on_delete_of.find(model);
        return found == on_delete_of.end() ? on_delete_tgt : found->second;
    }
    /// The database can only enforce that a link has a source where no policy leaves it without one.
    bool db_constraint() const {
        return on_delete_src == LinkPolicy::cascade || on_delete_src == LinkPolicy::cascade_signal;
    }
};

/// Authors write books of chapters, which are ordered and noted. Trees, diamonds and cycles; each policy at least once.
inline const std::vector<std::string> shop_models{"shop.Author", "shop.Book", "shop.Chapter", "shop.Order",
                                                  "shop.Note"};
inline const std::vector<ShopKey> shop_keys{
    {"shop.Author", "mentor", "shop.Author", ForeignKeyPolicy::set_null},
    {"shop.Author", "debut", "shop.Book", ForeignKeyPolicy::set_null},
    {"shop.Book", "author", "shop.Author", ForeignKeyPolicy::cascade},
    {"shop.Book", "editor", "shop.Author", ForeignKeyPolicy::set_null},
    {"shop.Book", "epilogue", "shop.Chapter", ForeignKeyPolicy::cascade},
    {"shop.Chapter", "book", "shop.Book", ForeignKeyPolicy::cascade},
    {"shop.Chapter", "part_of", "shop.Chapter", ForeignKeyPolicy::cascade},
    {"shop.Chapter", "reviewer", "shop.Author", ForeignKeyPolicy::restrict},
    {"shop.Order", "book", "shop.Book", ForeignKeyPolicy::protect},
    {"shop.Note", "order", "shop.Order", ForeignKeyPolicy::do_nothing},
    {"shop.Note", "chapter", "shop.Chapter", ForeignKeyPolicy::do_nothing, false},
    {"shop.Note", "author", "shop.Author", ForeignKeyPolicy::set_value, false, -1},
    {"shop.Note", "book", "shop.Book", ForeignKeyPolicy::set_default, false, -2},
};
inline const std::vector<ShopRelation> shop_relations{
    {"shop.Author", "likes"},
    {"shop.Author", "knows", LinkPolicy::cascade_signal, LinkPolicy::do_nothing_signal},
    {"shop.Book", "tags", LinkPolicy::cascade_signal_veto, LinkPolicy::cascade_signal_veto},
    {"shop.Chapter",
     "shows",
     LinkPolicy::do_nothing,
     LinkPolicy::cascade,
     {{"shop.Order", LinkPolicy::protect}, {"shop.Note", LinkPolicy::protect}}},
    {"shop.Book", "writers", LinkPolicy::cascade, LinkPolicy::cascade, {}, "shop.Author"},
    {"shop.Book", "sequels", LinkPolicy::cascade, LinkPolicy::cascade, {}, "shop.Book"},
};

/// What a receiver of `deleting` says of a deletion that concerns so many links.
enum class Verdict { agrees, vetoes, refuses };
Verdict verdict_on(std::size_t links);

/// The rules of deletion in memory: which rows and links there are, and what becomes of them. (BEHAVIOUR 6.1 to 6.4)
/// A value: a copy is what a transaction goes back to.
class ExpectedShop {
public:
    /// An object by its name, "shop.Book:5".
    using Name = std::string;
    using Names = std::set<Name>;
    using Row = std::map<std::string, std::optional<std::int64_t>>;  // foreign keys by name
    using Link = std::pair<Name, Name>;                              // source, target
    using Links = std::set<Link>;
    using Counts = std::map<std::string, std::size_t>;

    /// What receivers of one relation's `deleting` are to see.
    struct Event {
        Names objects;
        Links links;
    };
    enum class Outcome { done, is_protected, is_restricted, is_vetoed, is_constrained };
    struct Deletion {
        Outcome outcome;
        Counts rows, links, updated;          // by model, relation and foreign key
        std::map<std::string, Event> events;  // by relation
    };

    /// Deletes the objects, which are there, and what depends on them; if it is refused, nothing.
    Deletion remove(const Names& given);
    bool exists(const Name& object) const { return rows.contains(object); }
    /// What verify() reports, by relation and model: links of sources and to targets that are gone.
    Counts sources_gone() const;
    Counts targets_gone() const;
    /// What it leaves.
    void drop_links_that_lead_nowhere();

    std::map<Name, Row> rows;
    std::map<std::string, Links> links;  // by relation

private:
    Names with_what_cascades(Names going) const;
    /// Whether a key with this policy of a row refers to one that goes; of a row that stays, if that is asked for.
    bool is_referred_to(const Names& going, ForeignKeyPolicy::Action action, bool by_what_stays) const;
    bool is_protected_by_links(const Names& going) const;
    std::map<std::string, Event> events_of(const Names& going) const;
    Counts set_keys(const Names& going);
    Counts drop_links(const Names& going, const std::map<std::string, Event>& events);
};

/// "shop.Book" of "shop.Book:5".
std::string shop_model_in(const ExpectedShop::Name& object);

}  // namespace gm2m::test
