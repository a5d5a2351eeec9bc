using MaaS.Core.Generation.Chat;

namespace MaaS.Cli.Chat;

/// <summary>What was said so far, as much of it as the model can take.</summary>
internal sealed class Conversation(ChatModel model, string? system)
{
    private readonly List<ChatMessage> _messages = [];

    /// <summary>The messages, the system's first.</summary>
    public IReadOnlyList<ChatMessage> Messages
        => system is null ? _messages : [new ChatMessage("system", system), .. _messages];

    public void Add(string role, string content) => _messages.Add(new(role, content));

    public void Clear() => _messages.Clear();

    /// <summary>Takes the last message back.</summary>
    public void TakeBack() => _messages.RemoveAt(_messages.Count - 1);

    /// <summary>Leaves out what was said first until there is room for an answer.</summary>
    /// <param name="answer">Most tokens of the answer; a quarter of the model's length is kept for it at the
    /// most.</param>
    /// <returns>How many messages were left out.</returns>
    public int MakeRoom(int answer)
    {
        var room = Math.Max(1, Math.Min(answer, model.MaxLength / 4));
        var left = 0;
        while (_messages.Count > 1 && model.Prompt(Messages).Count + room > model.MaxLength)
        {
            // A question goes together with its answer, so that the roles go on taking turns.
            var count = _messages.Count > 2 ? 2 : 1;
            _messages.RemoveRange(0, count);
            left += count;
        }

        return left;
    }
}
