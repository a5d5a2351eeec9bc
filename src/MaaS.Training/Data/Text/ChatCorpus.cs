using System.Security.Cryptography;
using System.Text.Json;
using MaaS.Core.Generation.Chat;
using MaaS.Training.Data.Streams;

namespace MaaS.Training.Data.Text;

/// <summary>Conversations that a chat model learns from.</summary>
/// <param name="conversations">Each with an assistant's message.</param>
public sealed class ChatCorpus(IReadOnlyList<IReadOnlyList<ChatMessage>> conversations)
{
    /// <summary>Who answers: what a model learns to write.</summary>
    public const string Assistant = "assistant";

    /// <summary>The conversations, in their order.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>> Conversations { get; } = conversations;

    /// <summary>Reads a <c>.jsonl</c> file: each line an object with <c>messages</c>, a list of objects with
    /// <c>role</c> and <c>content</c>.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is no UTF-8 or no such object, or has no message of an assistant; the message
    /// names the line. Or there is no conversation at all.</exception>
    public static ChatCorpus Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<IReadOnlyList<ChatMessage>> conversations =
        [
            .. Utf8File.Lines(path, $"{path}, ").Select(static (line, i) => (line, number: i + 1))
                .Where(static l => !string.IsNullOrWhiteSpace(l.line))
                .Select(l => Conversation(path, l.number, l.line)),
        ];
        return conversations.Count > 0
            ? new ChatCorpus(conversations)
            : throw new InvalidDataException($"{path}: expected conversations, one a line, got none.");
    }

    /// <summary>Holds conversations back, which are drawn.</summary>
    /// <param name="share">Share that is held back, above 0 and below 1; at least one, and not all.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">The share is out of its range, or there are fewer than two
    /// conversations.</exception>
    public (ChatCorpus Train, ChatCorpus HeldBack) Split(double share, int seed)
    {
        if (share is not (> 0 and < 1) || Conversations.Count < 2)
        {
            throw new ArgumentException(
                $"ChatCorpus: expected a share above 0 and below 1 of at least two conversations, got {share} of "
                    + $"{Conversations.Count}.", nameof(share));
        }

        var order = new long[Conversations.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new SeededRandom(seed, 0).Shuffle(order);
        var count = Math.Clamp((int)Math.Round(share * order.Length), 1, order.Length - 1);
        var held = order.Take(count).ToHashSet();
        ChatCorpus Part(bool isHeld) => new([.. Conversations.Where((_, i) => held.Contains(i) == isHeld)]);
        return (Part(isHeld: false), Part(isHeld: true));
    }

    /// <summary>What tells these conversations apart from others, hexadecimal.</summary>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        Conversations.Select(static c => c.Select(static m => new[] { m.Role, m.Content })))));

    private static List<ChatMessage> Conversation(string path, int number, string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            List<ChatMessage> messages =
            [
                .. json.RootElement.GetProperty("messages").EnumerateArray().Select(static m => new ChatMessage(
                    m.GetProperty("role").GetString() ?? throw new FormatException("role: expected a text, got null"),
                    m.GetProperty("content").GetString()
                        ?? throw new FormatException("content: expected a text, got null"))),
            ];
            return messages.Exists(static m => m.Role == Assistant)
                ? messages : throw new FormatException($"expected a message of the role {Assistant}");
        }
        catch (Exception e) when (
            e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException(
                $"{path}, line {number}: expected an object with messages, each with role and content as texts, one of "
                    + $"them an {Assistant}'s: {e.Message}", e);
        }
    }
}
