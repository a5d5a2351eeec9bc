using MaaS.Text.Components;
using MaaS.Text.Unicode;


namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts a text into words, which no token crosses. Safe for use by many threads.</summary>
internal interface IPreTokenizer : IComponent
{
    /// <summary>Cuts every word of a list further; may change the text, the words then are ranges of the new
    /// one.</summary>
    void Split(TextBuffer text, WordList words);
}
