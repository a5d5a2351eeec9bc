using MaaS.Serving.Execution;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols;

/// <summary>Lets every package with text preprocessing take raw texts, and images beside them where the package has
/// preprocessing of both.</summary>
internal sealed class TextInputEncoderFactory(IOptions<MaaSServingOptions> options) : IInputEncoderFactory
{
    public IInputEncoder? Create(ServedModel model)
    {
        if (model.Text is not { } encoder)
        {
            return null;
        }

        var texts = new TextInputEncoder(model, encoder, options.Value.For(model.Name));
        return model.Manifest?.Preprocessing is { } preprocessing
            ? new ImageTextInputEncoder(model, preprocessing, texts) : texts;
    }
}
