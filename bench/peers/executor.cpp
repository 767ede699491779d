// The C++ peer: a QuickFIX acceptor with its FileStore (no fsync) that answers every NewOrderSingle with one
// ExecutionReport "New". It has a FileLog, of messages and events, when the settings name a FileLogPath; else no log.
// Built by the bench against Debian's libquickfix-dev:
//
//     g++ -O2 -std=c++14 -o executor executor.cpp -lquickfix
//     ./executor settings.cfg            (ends on SIGTERM)
//
// The header-only field classes are used as QuickFIX's own executor example uses them; no dictionary classes, no string
// formatting of our own.

#include <quickfix/Application.h>
#include <quickfix/FileLog.h>
#include <quickfix/FileStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/fix44/ExecutionReport.h>
#include <quickfix/fix44/NewOrderSingle.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

class Executor : public FIX::Application {
 public:
  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override {}
  void onLogout(const FIX::SessionID&) override {}
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message&, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                    FIX::IncorrectTagValue, FIX::RejectLogon) override {}

  void fromApp(const FIX::Message& order, const FIX::SessionID& session) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                                FIX::IncorrectTagValue,
                                                                                FIX::UnsupportedMessageType) override {
    FIX::MsgType msgType;
    order.getHeader().getField(msgType);
    if (msgType != FIX::MsgType_NewOrderSingle) throw FIX::UnsupportedMessageType();

    FIX::ClOrdID clOrdID;
    FIX::Account account;
    FIX::OrdType ordType;
    FIX::TimeInForce timeInForce;
    FIX::Symbol symbol;
    FIX::Side side;
    FIX::OrderQty orderQty;
    FIX::Price price;
    order.getField(clOrdID);
    order.getField(account);
    order.getField(ordType);
    order.getField(timeInForce);
    order.getField(symbol);
    order.getField(side);
    order.getField(orderQty);
    order.getField(price);

    const std::string number = std::to_string(++orders_);
    FIX44::ExecutionReport report(FIX::OrderID("O" + number), FIX::ExecID("E" + number), FIX::ExecType(FIX::ExecType_NEW),
                                  FIX::OrdStatus(FIX::OrdStatus_NEW), side, FIX::LeavesQty(orderQty), FIX::CumQty(0),
                                  FIX::AvgPx(0));
    report.set(clOrdID);
    report.set(symbol);
    report.set(orderQty);
    report.set(price);
    report.set(account);
    report.set(ordType);
    report.set(timeInForce);
    report.set(FIX::TransactTime());
    FIX::Session::sendToTarget(report, session);
  }

 private:
  unsigned long orders_ = 0;
};

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: executor settings.cfg\n";
    return 2;
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread exists, so that only sigwait sees them
  try {
    FIX::SessionSettings settings(argv[1]);
    Executor application;
    FIX::FileStoreFactory storeFactory(settings);
    std::unique_ptr<FIX::FileLogFactory> logFactory;
    if (settings.get().has("FileLogPath")) logFactory = std::make_unique<FIX::FileLogFactory>(settings);
    const auto acceptor = logFactory
                              ? std::make_unique<FIX::SocketAcceptor>(application, storeFactory, settings, *logFactory)
                              : std::make_unique<FIX::SocketAcceptor>(application, storeFactory, settings);
    acceptor->start();
    int signal = 0;
    sigwait(&ends, &signal);
    acceptor->stop(true);
  } catch (const std::exception& error) {
    std::cerr << "executor: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
