#pragma once

/// Everything but the interop headers.

#include <gm2m/check.hpp>
#include <gm2m/content_types.hpp>
#include <gm2m/database.hpp>
#include <gm2m/deletion.hpp>
#include <gm2m/error.hpp>
#include <gm2m/expression.hpp>
#include <gm2m/field.hpp>
#include <gm2m/finding.hpp>
#include <gm2m/gm2m_field.hpp>
#include <gm2m/link_signals.hpp>
#include <gm2m/many_to_many_field.hpp>
#include <gm2m/model.hpp>
#include <gm2m/object.hpp>
#include <gm2m/object_signals.hpp>
#include <gm2m/pool.hpp>
#include <gm2m/prefetch.hpp>
#include <gm2m/query_set.hpp>
#include <gm2m/registry.hpp>
#include <gm2m/related_manager.hpp>
#include <gm2m/retry.hpp>
#include <gm2m/signal.hpp>
#include <gm2m/source_location.hpp>
#include <gm2m/statement_listener.hpp>
#include <gm2m/transaction.hpp>
#include <gm2m/value.hpp>
#include <gm2m/verify.hpp>
#include <gm2m/version.hpp>
