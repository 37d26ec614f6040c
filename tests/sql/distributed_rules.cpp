#include "sql/distributed_rules.hpp"

#include <regex>

namespace gm2m::test {
namespace {

const std::string join_table = "(?:archive_person_likes|archive_country_related|archive_movie_tags)";

std::size_t count(const std::string& text, const std::regex& pattern) {
    return static_cast<std::size_t>(std::distance(std::sregex_iterator(text.begin(), text.end(), pattern), {}));
}

std::size_t closing(const std::string& sql, std::size_t opening) {
    int depth = 0;
    for (std::size_t i = opening; i < sql.size(); ++i) {
        depth += sql[i] == '(' ? 1 : sql[i] == ')' ? -1 : 0;
        if (depth == 0)
            return i;
    }
    return sql.size();
}

void split(const std::string& sql, std::vector<std::string>& blocks) {
    static const std::regex statement("(?:SELECT|WITH|INSERT|DELETE|UPDATE) ");
    std::string own;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        own += sql[i];
        const auto next = sql.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        if (sql[i] != '(' || !std::regex_search(next, sql.end(), statement, std::regex_constants::match_continuous))
            continue;
        const std::size_t end = closing(sql, i);
        split(sql.substr(i + 1, end - i - 1), blocks);
        own += "...)";
        i = end;
    }
    static const std::regex set_operation(" UNION (?:ALL )?");
    for (std::sregex_token_iterator it(own.begin(), own.end(), set_operation, -1), last; it != last; ++it)
        blocks.push_back(*it);
}

/// Rows are locked by one key: of one shard.
bool locks_several(const std::string& block) {
    static const std::regex lock("FOR (?:NO KEY |KEY )?(?:UPDATE|SHARE)");
    static const std::regex one_source(
        R"re(SELECT \w+ FROM (?:archive_person WHERE id|archive_country WHERE code|archive_movie WHERE id) = \$\d+)re"
        R"re((?: ORDER BY \w+)? FOR (?:NO KEY )?UPDATE)re");
    return std::regex_search(block, lock) && !std::regex_match(block, one_source);
}

/// A join is by columns as they are.
bool joins_on_an_expression(const std::string& block) {
    static const std::regex on(" ON (?!CONFLICT)"), on_columns(R"re( ON \w+\.\w+ = \w+\.\w+(?= |$))re");
    return count(block, on) != count(block, on_columns);
}

/// Links meet links by way of a materialized CTE or an IN, not in one FROM.
bool joins_links_with_links(const std::string& block) {
    static const std::regex table("(?:FROM|JOIN|USING|,) " + join_table);
    return count(block, table) > 1;
}

/// A subquery on links stands for itself, or goes with its row to the shard of the row's links: by the source.
bool correlates_links(const std::string& block) {
    static const std::regex links("(?:FROM|JOIN) " + join_table);
    static const std::regex by_source(R"re(\w+\.(?:gm2m_src_id|movie_id) = (\w+)\.(?:id|code))re");
    static const std::regex alias(R"re( AS (\w+))re"), use(R"re(\b(t\d*|l|c)\.)re");
    if (!std::regex_search(block, links))
        return false;
    std::set<std::string> known;
    for (std::sregex_iterator it(block.begin(), block.end(), alias), end; it != end; ++it)
        known.insert((*it)[1]);
    for (std::sregex_iterator it(block.begin(), block.end(), by_source), end; it != end; ++it)
        known.insert((*it)[1]);
    for (std::sregex_iterator it(block.begin(), block.end(), use), end; it != end; ++it)
        if (!known.contains((*it)[1]))
            return true;
    return false;
}

}  // namespace

std::vector<std::string> blocks_of(const std::string& sql) {
    std::vector<std::string> blocks;
    split(sql, blocks);
    return blocks;
}

std::set<std::string> obstacles(const std::string& sql) {
    std::set<std::string> found;
    for (const std::string& block : blocks_of(sql)) {
        if (locks_several(block))
            found.insert("locks several rows");
        if (joins_on_an_expression(block))
            found.insert("joins on an expression");
        if (joins_links_with_links(block))
            found.insert("joins links with links");
        if (correlates_links(block))
            found.insert("correlates links by the target");
    }
    return found;
}

}  // namespace gm2m::test
