package reader

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"strings"
)

// localHeader is the length of what stands before the name in a zip archive's
// header of a file: signature, version, flags, method, time, date, CRC and
// three lengths (APPNOTE.TXT 4.3.7).
const localHeader = 30

// firstEntry reads the first file of an archive of which only the head is
// there, so without its directory. Folders before it are passed over.
func firstEntry(raw []byte) io.Reader {
	for len(raw) >= localHeader && isZip(raw) {
		method := binary.LittleEndian.Uint16(raw[8:])
		packed := int(binary.LittleEndian.Uint32(raw[18:]))
		name, extra := int(binary.LittleEndian.Uint16(raw[26:])), int(binary.LittleEndian.Uint16(raw[28:]))
		body := localHeader + name + extra
		if body > len(raw) {
			break
		}
		called := string(raw[localHeader : localHeader+name])
		raw = raw[body:]
		if !strings.HasSuffix(called, "/") {
			switch method {
			case 0:
				return bytes.NewReader(raw)
			case 8:
				return flate.NewReader(bytes.NewReader(raw))
			}
			break
		}
		raw = raw[min(packed, len(raw)):]
	}
	return bytes.NewReader(nil)
}
