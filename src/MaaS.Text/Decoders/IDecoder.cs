using MaaS.Text.Components;


namespace MaaS.Text.Decoders;

/// <summary>Turns tokens back into text. Safe for use by many threads.</summary>
internal interface IDecoder : IComponent
{
    /// <summary>The pieces of text, in order, that tokens or another decoder's pieces stand for.</summary>
    List<string> Decode(List<string> tokens);
}
