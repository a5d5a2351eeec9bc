namespace MaaS.Serving.Audit;

/// <summary>Checks that a log is whole: every line's hash, and that each line follows the one before.</summary>
public static class AuditVerifier
{
    /// <summary>Reads a log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="knownHead">
    /// Hash of a line that an earlier check found last: it must be there still. Null for none.
    /// </param>
    /// <param name="cancellationToken">Stops between two lines.</param>
    /// <returns>How far it is whole, and the first fault.</returns>
    /// <remarks>
    /// Whoever can write the file can cut lines off its end or make it anew: keep the head (the last hash) elsewhere
    /// and pass it in the next time.
    /// </remarks>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AuditVerdict Verify(
        string path, string? knownHead = null, CancellationToken cancellationToken = default)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        var last = new AuditLink(0, "", AuditChain.First);
        long number = 0;
        var isKnown = knownHead is null || knownHead == AuditChain.First;
        foreach (var (line, isComplete) in Lines(file))
        {
            cancellationToken.ThrowIfCancellationRequested();
            number++;
            var fault = isComplete ? AuditChain.Read(line, out var link) : Unfinished(out link);
            fault ??= link.Previous != last.Hash
                ? "it does not follow the line before: lines were taken out, put in or moved"
                : link.Sequence != last.Sequence + 1
                ? $"expected the sequence {last.Sequence + 1}, got {link.Sequence}" : null;
            if (fault is not null)
            {
                return new AuditVerdict(last.Sequence, last.Hash, $"line {number}: {fault}");
            }

            last = link;
            isKnown |= string.Equals(link.Hash, knownHead, StringComparison.OrdinalIgnoreCase);
        }

        return new AuditVerdict(
            last.Sequence, last.Hash, isKnown
                ? null : $"expected a line with the hash {knownHead}, found none: the log was cut off or made anew");
    }

    private static string Unfinished(out AuditLink link)
    {
        link = default;
        return "it has no end: the server is writing it, or was stopped in the middle";
    }

    private static IEnumerable<(byte[] Line, bool IsComplete)> Lines(FileStream file)
    {
        using var line = new MemoryStream();
        for (int next; (next = file.ReadByte()) >= 0;)
        {
            if (next != '\n')
            {
                line.WriteByte((byte)next);
                continue;
            }

            yield return (line.ToArray(), true);
            line.SetLength(0);
        }

        if (line.Length > 0)
        {
            yield return (line.ToArray(), false);
        }
    }
}

/// <summary>What a check found.</summary>
/// <param name="Lines">Lines that are whole, from the first.</param>
/// <param name="Head">Hash of the last of them.</param>
/// <param name="Fault">The first fault; null when the log is whole.</param>
public sealed record AuditVerdict(long Lines, string Head, string? Fault);
