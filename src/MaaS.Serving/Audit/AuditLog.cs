using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Audit;

/// <summary>The audit log of a running server: one file, appended to line by line, continued after a restart.</summary>
internal sealed partial class AuditLog : IDisposable
{
    private readonly FileStream _claim;
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditLog> _logger;
    private readonly Lock _lock = new();
    private AuditLink _last;

    /// <exception cref="IOException">The file cannot be opened, or another server writes it.</exception>
    /// <exception cref="InvalidDataException">Its last line is not a line of this log.</exception>
    public AuditLog(IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<AuditLog> logger)
    {
        _time = time;
        _logger = logger;
        var path = Path.GetFullPath(options.Value.Security.Audit!.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Readers must be let in, so the claim to be the only writer is a file of its own.
        _claim = new FileStream(
            path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            var dropped = Continue(path);
            if (dropped > 0)
            {
                Append(
                    new AuditEntry("", "", "recover", "")
                    {
                        Detail = $"dropped {dropped} bytes of a line that a stop had left unfinished",
                    },
                    durable: true);
            }
        }
        catch
        {
            _file?.Dispose();
            _claim.Dispose();
            throw;
        }
    }

    /// <summary>Appends a line.</summary>
    /// <param name="entry">What happened.</param>
    /// <param name="durable">Whether to return only when the line is on the disk.</param>
    /// <exception cref="IOException">It could not be written; the file ends with the line before.</exception>
    public void Append(AuditEntry entry, bool durable)
    {
        lock (_lock)
        {
            var (line, hash) = AuditChain.Write(entry, _last.Sequence + 1, _time.GetUtcNow(), _last.Hash);
            var end = _file.Position;
            try
            {
                _file.Write(line);
                if (durable)
                {
                    _file.Flush(flushToDisk: true);
                }
            }
            catch (IOException e)
            {
                LogFailed(e);
                _file.SetLength(end);
                _file.Position = end;
                throw;
            }

            _last = new AuditLink(_last.Sequence + 1, _last.Hash, hash);
        }
    }

    /// <summary>Appends a line about something that has happened already; a failure is logged.</summary>
    public void TryAppend(AuditEntry entry, bool durable)
    {
        try
        {
            Append(entry, durable);
        }
        catch (IOException)
        {
            // Append has logged it, and the answer to what was done is on its way.
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _claim.Dispose();
    }

    /// <summary>Finds the end of the chain and cuts off what a crash left of a line.</summary>
    /// <returns>Bytes that were cut off.</returns>
    private long Continue(string path)
    {
        _last = new AuditLink(0, "", AuditChain.First);
        var (start, end) = LastLine();
        var dropped = _file.Length - end;
        if (end > start)
        {
            var line = new byte[end - start - 1];
            _file.Position = start;
            _file.ReadExactly(line);
            if (AuditChain.Read(line, out _last) is { } fault)
            {
                throw new InvalidDataException(
                    $"{path}: the last line is no line of an audit log ({fault}); move the file away, or see 'maas "
                        + "audit verify'.");
            }
        }

        _file.SetLength(end);
        _file.Position = end;
        return dropped;
    }

    /// <summary>Where the last complete line starts, and where it ends, after its line feed.</summary>
    private (long Start, long End) LastLine()
    {
        long? end = null;
        Span<byte> block = stackalloc byte[4096];
        for (var position = _file.Length; position > 0;)
        {
            var part = block[..(int)Math.Min(block.Length, position)];
            position -= part.Length;
            _file.Position = position;
            _file.ReadExactly(part);
            for (var i = part.Length - 1; i >= 0; i--)
            {
                if (part[i] != '\n')
                {
                    continue;
                }

                if (end is { } found)
                {
                    return (position + i + 1, found);
                }

                end = position + i + 1;
            }
        }

        return (0, end ?? 0);
    }

    [LoggerMessage(LogLevel.Critical, "The audit log cannot be written")]
    private partial void LogFailed(Exception exception);
}
