// Asio's own code, compiled once: everybody else sees declarations only.
#pragma clang diagnostic ignored "-Weverything"
#include <boost/asio/impl/src.hpp>
