using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols;

/// <summary>Cleans and tokenises texts as the package says, so that a client sends what a person wrote.</summary>
/// <param name="model">Its inputs are those of <see cref="TextEncoder.IsReadBy"/>.</param>
/// <param name="encoder">The package's.</param>
/// <param name="options">Limits.</param>
internal sealed class TextInputEncoder(ServedModel model, TextEncoder encoder, ModelOptions options) : IInputEncoder
{
    /// <summary>Name of the input with the texts, (N).</summary>
    public const string Text = "text";

    // Requests share a run where their rows are of one length: eight lengths in one give them eight times the company
    // for at most seven tokens more, which are masked.
    private const int LengthStep = 8;

    private readonly int _maxTexts = options.MaxTexts ?? ModelOptions.DefaultMaxTexts;
    private readonly int _maxLength = options.MaxTextLength ?? ModelOptions.DefaultMaxTextLength;

    public IReadOnlyList<TensorSpec> Inputs { get; } = [
        new TensorSpec(Text, ElementType.String, [-1]) { AxisNames = ["batch"] }];

    public IReadOnlyList<TensorValue> Encode(IReadOnlyList<TensorValue> inputs)
    {
        var (ids, mask) = Tokens(inputs[0]);
        return TextEncoder.Arrange(model.Inputs, ids, mask);
    }

    /// <summary>Token ids and their mask, (N, T), int64; the caller disposes both.</summary>
    /// <exception cref="ModelInputException">The texts are too many or too long, or no texts.</exception>
    public (TensorValue Ids, TensorValue Mask) Tokens(TensorValue input)
    {
        var texts = input.Strings.ToArray();
        if (texts.Length == 0 || texts.Length > _maxTexts)
        {
            throw Refused(
                $"expected 1 to {_maxTexts} texts, got "
                    + $"{texts.Length}{(texts.Length > 0 ? "; send them in several requests" : "")}");
        }

        if (Array.FindIndex(texts, t => t.Length > _maxLength) is >= 0 and var longest)
        {
            throw Refused($"text {longest}: expected at most {_maxLength} characters, got {texts[longest].Length}");
        }

        if (Array.FindIndex(texts, static t => !ByteText.IsText(t)) is >= 0 and var other)
        {
            throw Refused($"text {other}: expected UTF-8, got other bytes");
        }

        try
        {
            return encoder.EncodeBatch(texts, LengthStep);
        }
        catch (ModelInputException e)
        {
            throw Refused(e.Message, e);
        }
    }

    private ModelInputException Refused(string message, Exception? cause = null)
    {
        var text = $"{model.Name}: input '{Text}': {message}";
        return cause is null ? new ModelInputException(text) : new ModelInputException(text, cause);
    }
}
