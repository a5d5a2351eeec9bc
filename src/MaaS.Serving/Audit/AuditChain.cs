using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MaaS.Serving.Audit;

/// <summary>
/// The form of the lines: <c>{"sequence", "time", …, "previous", "hash"}</c>. The hash is the SHA-256 of the line's
/// bytes up to the member <c>hash</c>, and <c>previous</c> is the hash of the line before, so a line that is changed,
/// taken out or put in breaks every line after it.
/// </summary>
internal static class AuditChain
{
    public const string First = "0000000000000000000000000000000000000000000000000000000000000000";

    private static ReadOnlySpan<byte> HashMember => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>The line of an entry, with its line feed.</summary>
    public static (byte[] Line, string Hash) Write(
        AuditEntry entry, long sequence, DateTimeOffset time, string previous)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("sequence"u8, sequence);
            writer.WriteString("time"u8, time);
            writer.WriteString("actor"u8, entry.Actor);
            writer.WriteString("address"u8, entry.Address);
            writer.WriteString("action"u8, entry.Action);
            writer.WriteString("requestId"u8, entry.RequestId);
            writer.WriteString("phase"u8, entry.Phase);
            if (entry.Model is { } model)
            {
                writer.WriteString("model"u8, model);
            }

            if (entry.Status is { } status)
            {
                writer.WriteNumber("status"u8, status);
            }

            if (entry.Detail is { } detail)
            {
                writer.WriteString("detail"u8, detail);
            }

            writer.WriteString("previous"u8, previous);
            writer.WriteEndObject();
        }

        var body = buffer.WrittenSpan[..^1];
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return ([.. body, .. HashMember, .. Encoding.ASCII.GetBytes(hash), .. End, (byte)'\n'], hash);
    }

    /// <summary>Checks a line by itself.</summary>
    /// <param name="line">Without its line feed.</param>
    /// <param name="link">Its place in the chain.</param>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public static string? Read(ReadOnlySpan<byte> line, out AuditLink link)
    {
        link = default;
        var tail = HashMember.Length + First.Length + End.Length;
        if (line.Length <= tail || !line[^tail..].StartsWith(HashMember) || !line.EndsWith(End))
        {
            return "expected a line that ends with its hash";
        }

        var hash = Encoding.ASCII.GetString(line.Slice(line.Length - End.Length - First.Length, First.Length));
        if (hash != Convert.ToHexStringLower(SHA256.HashData(line[..^tail])))
        {
            return "the line's content does not have the line's hash";
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            link = new AuditLink(
                document.RootElement.GetProperty("sequence").GetInt64(), document.RootElement.GetProperty("previous")
                    .GetString()
                    ?? "", hash);
            return null;
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return $"expected a JSON object with sequence and previous: {e.Message}";
        }
    }
}

/// <summary>A line's place in the chain.</summary>
internal readonly record struct AuditLink(long Sequence, string Previous, string Hash);
