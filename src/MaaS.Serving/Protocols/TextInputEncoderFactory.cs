using MaaS.Serving.Execution;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols;

/// <summary>Lets every package with text preprocessing take raw texts, and images beside them where the package has
/// preprocessing of both. A cross-encoder reads two texts in a row, so a single one is none of its inputs.</summary>
internal sealed class TextInputEncoderFactory(IOptions<MaaSServingOptions> options) : IInputEncoderFactory
{
    public IInputEncoder? Create(ServedModel model)
    {
        if (model is not { Text: { } encoder, Manifest.Ranking: null })
        {
            return null;
        }

        var texts = new TextInputEncoder(model, encoder, options.Value.For(model.Name));
        return model.Manifest?.Preprocessing is { } preprocessing
            ? new ImageTextInputEncoder(model, preprocessing, texts) : texts;
    }
}
