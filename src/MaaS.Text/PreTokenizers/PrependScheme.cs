namespace MaaS.Text.PreTokenizers;

/// <summary>Which words Metaspace starts with its mark although no space stood there.</summary>
internal enum PrependScheme
{
    /// <summary>Each.</summary>
    Always,

    /// <summary>None.</summary>
    Never,

    /// <summary>The one at the start of the text.</summary>
    First,
}
