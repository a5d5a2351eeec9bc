using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text;

namespace MaaS.Core.Generation.Chat;

/// <summary>A packaged language model that answers in conversations. May be used from several threads at
/// once.</summary>
public sealed class ChatModel : IDisposable
{
    // The template writes the special tokens.
    private static readonly EncodeOptions AsWritten = new() { AddSpecialTokens = false };

    private readonly TextGenerator _generator;

    private ChatModel(
        TextGenerator generator, ChatTemplate template, Tokenizer tokenizer, GenerationSettings settings)
        => (_generator, Template, Tokenizer, MaxLength) = (generator, template, tokenizer, settings.MaxLength);

    /// <summary>How conversations become prompts.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The model's own.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Longest conversation in tokens, the answer included.</summary>
    public long MaxLength { get; }

    /// <summary>Opens a package of a chat model.</summary>
    /// <param name="path">A package folder or a <c>.maas</c> file of a language model with a chat template.</param>
    /// <param name="options">Threads; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="InvalidDataException">The package is damaged, of another task, or without a chat template, or
    /// the template is not supported.</exception>
    public static async Task<ChatModel> OpenAsync(
        string path, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (package.Manifest is not { Task: ModelManifest.TextGeneration, Generation: { } settings })
        {
            throw new InvalidDataException(
                $"{path}: expected a chat model, of task '{ModelManifest.TextGeneration}', got task "
                    + $"'{package.Manifest.Task}'.");
        }

        var template = await ChatTemplate.OfPackageAsync(package, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException(
                $"{path}: expected a chat model, with a chat_template in {ChatTemplate.ConfigFile} or a file "
                    + $"{ChatTemplate.TemplateFile}, found none; this model only continues texts.");
        var tokenizer = await TextGenerator.TokenizerOfAsync(package, cancellationToken).ConfigureAwait(false);
        var network = await package.LoadNetworkAsync(null, options, cancellationToken).ConfigureAwait(false);
        return new(TextGenerator.Create(network, tokenizer, settings), template, tokenizer, settings);
    }

    /// <summary>The tokens of a conversation's prompt.</summary>
    /// <inheritdoc cref="ChatTemplate.Render" path="/param"/>
    /// <exception cref="ModelInputException">The template refuses the conversation.</exception>
    public IReadOnlyList<long> Prompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ChatTool>? tools = null)
        => Tokenizer.EncodeWhole(Template.Render(messages, tools), AsWritten);

    /// <summary>Answers a conversation piece by piece; each step runs on the thread pool.</summary>
    /// <param name="messages">In order; the last one is mostly the user's.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="tools">Tools that the model may call; null for none. <see cref="ToolCallParser"/> finds the
    /// calls.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>A piece for each token, of which exactly the last has a <see cref="GeneratedText.Finish"/>.</returns>
    /// <exception cref="ModelInputException">The template refuses the conversation, or it is as long as
    /// <see cref="MaxLength"/> or longer.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public async IAsyncEnumerable<GeneratedText> AnswerAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, IReadOnlyList<ChatTool>? tools = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var pieces = _generator.Generate(Prompt(messages, tools), options, cancellationToken).GetEnumerator();
        while (await Task.Run(pieces.MoveNext, cancellationToken).ConfigureAwait(false))
        {
            yield return pieces.Current;
        }
    }

    /// <summary>Frees the network; steps under way finish first.</summary>
    public void Dispose() => _generator.Dispose();
}
