using Google.Protobuf;

namespace MaaS.Fuzzing.Engine;

/// <summary>Feeds one reader of MaaS with bytes and says what is wrong with what it does.</summary>
internal interface IFuzzHarness
{
    /// <summary>Name on the command line and of its folders.</summary>
    string Name { get; }

    /// <summary>Sound inputs that mutation starts from.</summary>
    IReadOnlyList<byte[]> Seeds();

    /// <summary>Words of the format, which mutation puts in.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Parser of inputs that are one protobuf message, which then are changed field by field as well; null for
    /// others.</summary>
    MessageParser? Message => null;

    /// <summary>Bytes; mutation cuts what is longer. Readers that do the same for each line or row show in few of them
    /// what they do, and ten times as often a second.</summary>
    int LargestInput => Mutation.ByteMutator.LargestInput;

    /// <summary>Whether the reader's documentation names an exception for inputs that are not sound.</summary>
    bool IsDocumented(Exception exception);

    /// <summary>Reads an input and compares what comes of it.</summary>
    /// <exception cref="FuzzFaultException">The input was read, and its values are not what they should be.</exception>
    void Run(byte[] input);
}
