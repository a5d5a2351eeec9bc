using MaaS.Core.Generation.Chat;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>Tells text and calls of one answer as its pieces come. Where nothing may be called all is text.</summary>
/// <param name="form">What the answer is.</param>
internal sealed class AnswerReader(AnswerForm form)
{
    private readonly ToolCallParser? _parser =
        form.Tools.Count > 0 ? new ToolCallParser(form.Tools.Select(static t => t.Name), form.Accepts) : null;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>Calls so far, each with an id of its own.</summary>
    public int Calls => _ids.Count;

    /// <summary>Adds a piece of the answer and gives what is certain now.</summary>
    /// <param name="text">What follows the pieces before.</param>
    /// <param name="last">Whether nothing follows.</param>
    public IReadOnlyList<ToolCallPiece> Add(string text, bool last)
    {
        if (_parser is null)
        {
            return text.Length > 0 ? [new ToolCallPiece(text, Call: null)] : [];
        }

        List<ToolCallPiece> pieces = [];
        foreach (var piece in last ? [.. _parser.Add(text), .. _parser.Finish()] : _parser.Add(text))
        {
            if (piece.Call is not { } call)
            {
                if (piece.Text.Length > 0)
                {
                    pieces.Add(piece);
                }
            }
            else if (form.IsParallel || Calls == 0)
            {
                // Where one call is allowed the first counts: the client has not asked for what follows.
                var id = ChatToolCall.IsId(call.Id) && !_ids.Contains(call.Id) ? call.Id : ChatToolCall.NewId();
                _ids.Add(id);
                pieces.Add(piece with { Call = call with { Id = id } });
            }
        }

        return pieces;
    }

    /// <summary>The text and the calls of a whole answer.</summary>
    /// <param name="form">What the answer is.</param>
    /// <param name="text">All of it.</param>
    /// <returns>No text where the answer is calls alone.</returns>
    public static (string? Content, IReadOnlyList<ChatToolCall> Calls) Read(AnswerForm form, string text)
    {
        var pieces = new AnswerReader(form).Add(text, last: true);
        ChatToolCall[] calls = [.. pieces.Where(static p => p.Call is not null).Select(static p => p.Call!)];
        var content = string.Concat(pieces.Select(static p => p.Text));
        return (content.Length == 0 && calls.Length > 0 ? null : content, calls);
    }
}
