namespace MaaS.Serving.Protocols.TensorFlow.Schema;

/// <summary>Values of one kind.</summary>
internal sealed partial class Feature
{
    /// <summary>Kinds of values.</summary>
    internal enum KindOneofCase
    {
        /// <summary>No values, or values of several kinds.</summary>
        None,

        /// <summary>Bytes.</summary>
        BytesList,

        /// <summary>Numbers of float32.</summary>
        FloatList,

        /// <summary>Integers of 64 bits.</summary>
        Int64List,
    }

    /// <summary>The kind of its values.</summary>
    internal KindOneofCase KindCase => (BytesList, FloatList, Int64List) switch
    {
        (not null, null, null) => KindOneofCase.BytesList,
        (null, not null, null) => KindOneofCase.FloatList,
        (null, null, not null) => KindOneofCase.Int64List,
        _ => KindOneofCase.None,
    };
}
