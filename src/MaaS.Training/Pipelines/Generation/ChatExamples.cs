using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Text;
using MaaS.Training.Data.Text;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>Conversations as tokens, of which those that an assistant wrote count.</summary>
public static class ChatExamples
{
    private static readonly EncodeOptions Pieces = new() { AddSpecialTokens = false };

    /// <summary>Renders and encodes conversations. Prompt and answer are cut into tokens apart, as a server that
    /// generates the answer does.</summary>
    /// <param name="conversations">Each with an assistant's message.</param>
    /// <param name="template">The model's own.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="context">Most inputs of an example, at least 1; longer ones are cut at their end.</param>
    /// <returns>The examples, how many had no answer left after the cut and are left out, and how many of the others
    /// were cut.</returns>
    /// <exception cref="InvalidDataException">The template writes an answer elsewhere than after its
    /// prompt.</exception>
    public static (IReadOnlyList<TokenExample> Examples, int LeftOut, int Cut) Of(
        IEnumerable<IReadOnlyList<ChatMessage>> conversations, ChatTemplate template, Tokenizer tokenizer, int context)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        List<TokenExample> kept = [];
        var (leftOut, cut) = (0, 0);
        foreach (var whole in conversations.SelectMany(c => Examples(c, template, tokenizer)))
        {
            var example = new TokenExample([.. whole.Ids.Take(context + 1)], [.. whole.Counts.Take(context + 1)]);
            if (example.Counting == 0)
            {
                leftOut++;
                continue;
            }

            kept.Add(example);
            cut += example.Ids.Count < whole.Ids.Count ? 1 : 0;
        }

        return (kept, leftOut, cut);
    }

    // A conversation is one example as long as each prompt goes on where the answer before it ended; a template that
    // writes earlier answers otherwise, as without their thoughts, makes one of each answer.
    private static IEnumerable<TokenExample> Examples(
        IReadOnlyList<ChatMessage> messages, ChatTemplate template, Tokenizer tokenizer)
    {
        List<int> ids = [];
        List<bool> counts = [];
        var text = "";
        void Add(string piece, bool counting)
        {
            var tokens = tokenizer.EncodeWhole(piece, Pieces);
            ids.AddRange(tokens.Select(static id => (int)id));
            counts.AddRange(Enumerable.Repeat(counting, tokens.Length));
        }

        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != ChatCorpus.Assistant)
            {
                continue;
            }

            var prompt = template.Render([.. messages.Take(i)], addGenerationPrompt: true);
            var full = template.Render([.. messages.Take(i + 1)], addGenerationPrompt: false);
            if (!full.StartsWith(prompt, StringComparison.Ordinal))
            {
                throw new InvalidDataException(
                    "chat template: expected an answer to be written after the prompt that asks for it, got other "
                        + "text; which tokens are the answer's cannot be told.");
            }

            if (!prompt.StartsWith(text, StringComparison.Ordinal))
            {
                yield return new TokenExample([.. ids], [.. counts]);
                ids.Clear();
                counts.Clear();
                text = "";
            }

            Add(prompt[text.Length..], counting: false);
            Add(full[prompt.Length..], counting: true);
            text = full;
        }

        yield return new TokenExample([.. ids], [.. counts]);
    }
}
