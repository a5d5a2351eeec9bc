namespace MaaS.Text.Cleaning;

/// <summary>One change of a text before it is tokenized, the same in training and in the server.</summary>
public interface ICleaningStep
{
    /// <summary>Name in manifests and on the command line, as <c>html</c>.</summary>
    string Name { get; }

    /// <summary>One line for people.</summary>
    string Description { get; }

    /// <summary>The changed text. Takes any text, malformed ones included, in time linear in its length.</summary>
    string Apply(string text);
}
