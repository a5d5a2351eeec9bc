using MaaS.Core.Text.Json;

namespace MaaS.Core.Text.Normalizers;

/// <summary>Changes a text before it is cut into words. Safe for use by many threads.</summary>
internal interface INormalizer : IComponent
{
    void Normalize(TextBuffer text);
}
