"""The words of the trade, as data: money, days, accounts, invoices, cases, decisions. Pure."""
