using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests;

/// <summary>Keeps every line that a server logs, with its exception.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _all = new();

    public (LogLevel Level, string Text)[] All => [.. _all];

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
        => _all.Enqueue(
            (logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}"));

    public void Dispose() => _all.Clear();
}
