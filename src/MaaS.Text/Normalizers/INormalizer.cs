using MaaS.Text.Components;
using MaaS.Text.Unicode;


namespace MaaS.Text.Normalizers;

/// <summary>Changes a text before it is cut into words. Safe for use by many threads.</summary>
internal interface INormalizer : IComponent
{
    void Normalize(TextBuffer text);
}
