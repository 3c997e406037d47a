/// The version of this library and of the programs built from it.
public enum MartletVersion {
    public static let current = "0.1.0"
}
